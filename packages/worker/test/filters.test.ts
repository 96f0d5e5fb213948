// Every filter of the workers, by the simulator of @pvf/linux, over every call number and every condition,
// against lists that are written out here: what a list in src/syscalls.ts gains or loses must be changed here too.
import {
  type CompiledFilter,
  decodeProgram,
  type Namespace,
  type SyscallName,
  syscallName,
  syscallNumber,
} from '@pvf/sandbox-linux';
import { describe, expect, it } from 'vitest';
import { AUDIT_ARCH, simulate } from '../../linux/test/support/bpf-simulator.ts';
import { compileJobFilters, compileTemplateFilters, compileWorkerFilter } from '../src/filters/syscalls.ts';
import * as expected from './filters.expected.ts';
import { ANY, type Conditions, LOCKED_JOB, WORKER_CHECKED, WORKER_REFUSES } from './filters.expected.ts';

const ARCH = process.arch as 'x64' | 'arm64';
/** Above every call that there is, and far into what later kernels may add. */
const NUMBERS = 1_100;
const ODD_NUMBERS = [
  0x3fff_ffff, 0x4000_0000, 0x4000_0001, 0x4000_0027, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];
const ALLOW = 0x7fff_0000;
const KILL = 0x8000_0000;
const EPERM = 0x0005_0001;
const NOTIFY = 0x7fc0_0000;

type Filter = ReturnType<typeof decodeProgram>;
const decoded = (...filters: readonly CompiledFilter[]): readonly Filter[] =>
  filters.map(({ program }) => decodeProgram(program));

/** Of several filters the kernel takes the strictest answer: the lowest action as a signed number. */
function decide(
  filters: readonly Filter[],
  nr: number,
  args: readonly bigint[],
  arch: number = AUDIT_ARCH[ARCH],
): number {
  const answers = filters.map((program) => simulate(program, { nr, arch, args }));
  return answers.reduce((strictest, each) => ((each | 0) < (strictest | 0) ? each : strictest), ALLOW);
}

const namespaces: readonly Namespace[] = ['user', 'mount', 'pid'];
const worker = compileWorkerFilter(namespaces);
const job = compileJobFilters();
const template = compileTemplateFilters(namespaces);

const addresses = (filters: readonly CompiledFilter[]): bigint[] =>
  filters.map(({ fprogAddress }) => BigInt(fprogAddress));
const JOB = expected.job(addresses(job.locked));
const TEMPLATE = expected.template(addresses([...template.locked, template.job]));

const STACKS: readonly { name: string; filters: readonly Filter[]; allows: Conditions }[] = [
  { name: 'a job', filters: decoded(job.job), allows: JOB },
  { name: 'a job below its worker', filters: decoded(worker, job.job), allows: JOB },
  {
    name: 'a job with its code locked',
    filters: decoded(worker, job.job, ...job.locked),
    allows: LOCKED_JOB,
  },
  { name: 'a template that loads', filters: decoded(worker, template.template), allows: TEMPLATE.loading },
  {
    name: 'a template with its code locked, and a job of it that waits',
    filters: decoded(worker, template.template, ...template.locked),
    allows: TEMPLATE.locked,
  },
  {
    name: 'a job of a template',
    filters: decoded(worker, template.template, ...template.locked, template.job),
    allows: TEMPLATE.job,
  },
];

/** Arguments of a call without conditions, which must not matter. */
const SOME_ARGUMENTS: readonly (readonly bigint[])[] = [
  [0n, 0n, 0n, 0n, 0n, 0n],
  [1n, 2n, 3n, 4n, 5n, 6n],
  Array(6).fill(0xffff_ffff_ffff_ffffn),
];

/** Arguments with which a call passes in some stage: what is to be taken away later must be tried with these. */
const passingSomewhere = (name: string): readonly (readonly bigint[])[] =>
  STACKS.flatMap(({ allows }) => {
    const conditions = allows[name as SyscallName];
    return conditions === undefined || conditions === ANY ? [] : conditions.pass;
  });

const described = (nr: number): string => syscallName(nr, ARCH) ?? `number ${nr}`;

describe.each(STACKS)('$name', ({ filters, allows }) => {
  it('may make just the calls of its list; everything else kills it', () => {
    const passing = new Set<string>();
    for (const nr of [...Array(NUMBERS).keys(), ...ODD_NUMBERS]) {
      const name = described(nr);
      const conditions = allows[name as SyscallName];
      const tried =
        conditions === undefined
          ? [...SOME_ARGUMENTS, ...passingSomewhere(name)]
          : conditions === ANY
            ? SOME_ARGUMENTS
            : conditions.pass;
      for (const args of tried) {
        const wanted = conditions === undefined ? KILL : ALLOW;
        expect([name, args, decide(filters, nr, args)]).toEqual([name, args, wanted]);
      }
      if (conditions !== undefined) passing.add(name);
    }
    const here = Object.keys(allows).filter((name) => syscallNumber(name as SyscallName, ARCH) !== undefined);
    expect([...passing].sort()).toEqual(here.sort());
  });

  const conditioned = Object.entries(allows).filter(([, conditions]) => conditions !== ANY);
  it.each(conditioned)('%s: each condition by itself', (name, conditions) => {
    const nr = syscallNumber(name as SyscallName, ARCH)!;
    if (conditions === ANY || conditions === undefined) throw new Error('there is no condition');
    for (const args of conditions.pass) expect([args, decide(filters, nr, args)]).toEqual([args, ALLOW]);
    for (const args of conditions.kill) expect([args, decide(filters, nr, args)]).toEqual([args, KILL]);
    expect(conditions.kill.length).toBeGreaterThan(0);
  });

  it('cannot call another architecture’s table', () => {
    for (const [name, arch] of Object.entries(AUDIT_ARCH)) {
      if (name === ARCH) continue;
      for (let nr = 0; nr < NUMBERS; nr++)
        expect([name, nr, decide(filters, nr, [], arch)]).toEqual([name, nr, KILL]);
    }
  });
});

const alone = decoded(worker);

describe('a worker', () => {
  it('is refused just the calls of its list', () => {
    for (let nr = 0; nr < NUMBERS; nr++) {
      const name = described(nr);
      if (name in WORKER_CHECKED) continue;
      const wanted = WORKER_REFUSES.includes(name as SyscallName) ? EPERM : ALLOW;
      for (const args of SOME_ARGUMENTS)
        expect([name, args, decide(alone, nr, args)]).toEqual([name, args, wanted]);
    }
  });

  it.each(Object.entries(WORKER_CHECKED))('is refused %s by its arguments', (name, conditions) => {
    if (conditions === ANY || conditions === undefined) throw new Error('there is no condition');
    const nr = syscallNumber(name as SyscallName, ARCH)!;
    for (const args of conditions.pass) expect([args, decide(alone, nr, args)]).toEqual([args, ALLOW]);
    for (const args of conditions.kill) expect([args, decide(alone, nr, args)]).toEqual([args, EPERM]);
  });

  it('makes no namespaces where jobs have none', () => {
    const none = decoded(compileWorkerFilter([]));
    const nr = syscallNumber('clone', ARCH)!;
    expect(decide(none, nr, [17n])).toBe(ALLOW);
    for (const bit of [17n, 25n, 26n, 27n, 28n, 29n, 30n])
      expect([bit, decide(none, nr, [17n | (1n << bit)])]).toEqual([bit, EPERM]);
  });

  it('cannot call another architecture’s table', () => {
    for (const [name, arch] of Object.entries(AUDIT_ARCH)) {
      if (name === ARCH) continue;
      for (let nr = 0; nr < NUMBERS; nr++)
        expect([name, nr, decide(alone, nr, [], arch)]).toEqual([name, nr, KILL]);
    }
  });
});

it('a template’s clones, and nothing else, are the worker’s to answer', () => {
  const filter = decoded(template.clone);
  for (let nr = 0; nr < NUMBERS; nr++) {
    const name = described(nr);
    for (const args of SOME_ARGUMENTS)
      expect([name, decide(filter, nr, args)]).toEqual([name, name === 'clone' ? NOTIFY : ALLOW]);
  }
});

describe('a template may fork only as it was compiled for', () => {
  const CASES: [readonly Namespace[], bigint][] = [
    [[], 0x8011n],
    [['user', 'mount', 'pid'], 0x3002_8011n],
    [['user', 'mount', 'pid', 'net', 'ipc', 'uts', 'cgroup'], 0x7e02_8011n],
  ];
  it.each(CASES)('with namespaces %j', (given, flags) => {
    const filter = decoded(compileTemplateFilters(given).template);
    const clone = syscallNumber('clone', ARCH)!;
    expect(decide(filter, clone, [flags])).toBe(ALLOW);
    for (let bit = 0n; bit < 64n; bit++) {
      expect([bit, decide(filter, clone, [flags ^ (1n << bit)])]).toEqual([bit, KILL]);
    }
  });
});
