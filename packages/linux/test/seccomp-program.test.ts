import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROPERTY } from '../../test-kit/setup/property.ts';
import {
  type Architecture,
  type ArgumentCondition,
  compileFilter,
  compileNoNewCode,
  decodeProgram,
  isSandboxError,
  type SyscallName,
  type SyscallRule,
  syscallName,
  syscallNumber,
  syscallTable,
} from '../src/index.ts';
import { AUDIT_ARCH, simulate } from './support/bpf-simulator.ts';

const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const EPERM = 0x00050001;
const ARCHITECTURES: readonly Architecture[] = ['x64', 'arm64'];

describe.each(ARCHITECTURES)('a filter for %s', (arch) => {
  const run = (
    filter: { program: Uint8Array },
    nr: number,
    args: readonly bigint[] = [],
    on: number = AUDIT_ARCH[arch],
  ): number => simulate(decodeProgram(filter.program), { nr, arch: on, args });
  const number = (name: SyscallName): number => syscallNumber(name, arch) as number;

  test('an allowlist lets through exactly what it names', () => {
    const allow: SyscallName[] = [
      'read',
      'write',
      'exit_group',
      'futex',
      'mmap',
      'brk',
      'file_setattr',
      'openat',
    ];
    const filter = compileFilter({ arch, allow, onViolation: 'kill-process' });
    for (let nr = 0; nr < 600; nr++) {
      expect([nr, run(filter, nr)]).toEqual([
        nr,
        allow.includes(syscallName(nr, arch) as SyscallName) ? ALLOW : KILL,
      ]);
    }
  });

  test('a list of every call lets every call through and nothing else', () => {
    const filter = compileFilter({
      arch,
      allow: [...syscallTable(arch).keys()],
      onViolation: { errno: 'EPERM' },
    });
    for (let nr = 0; nr < 600; nr++) {
      expect([nr, run(filter, nr)]).toEqual([nr, syscallName(nr, arch) === undefined ? EPERM : ALLOW]);
    }
  });

  test('a deny list refuses exactly what it names', () => {
    const filter = compileFilter({
      arch,
      deny: ['socket', 'ptrace', 'bpf'],
      onViolation: { errno: 'EPERM' },
    });
    for (let nr = 0; nr < 600; nr++) {
      const denied = ['socket', 'ptrace', 'bpf'].includes(syscallName(nr, arch) ?? '');
      expect([nr, run(filter, nr)]).toEqual([nr, denied ? EPERM : ALLOW]);
    }
  });

  test.each(Object.entries(AUDIT_ARCH).filter(([name]) => name !== arch))(
    'calls of %s kill, whatever the list',
    (_, other) => {
      for (const filter of [
        compileFilter({ arch, deny: ['bpf'], onViolation: 'log' }),
        compileFilter({ arch, allow: [...syscallTable(arch).keys()], onViolation: { errno: 'EPERM' } }),
      ]) {
        for (const nr of [0, 1, 11, 59, 221, 0x40000000]) expect(run(filter, nr, [], other)).toBe(KILL);
      }
    },
  );

  test('numbers from the x32 range and above never pass an allowlist; on x64 they kill even without one', () => {
    for (const nr of [0x40000000, 0x40000001, 0x4000003b, 0x7fffffff, 0x80000000, 0xffffffff]) {
      expect(run(compileFilter({ arch, allow: ['read', 'write'], onViolation: 'kill-process' }), nr)).toBe(
        KILL,
      );
      expect(run(compileFilter({ arch, deny: ['bpf'], onViolation: { errno: 'EPERM' } }), nr)).toBe(
        arch === 'x64' ? KILL : ALLOW,
      );
    }
  });

  test('deny rules come before allow rules, and rules of one call in their order', () => {
    const filter = compileFilter({
      arch,
      deny: [{ name: 'mmap', args: [{ index: 2, op: 'any-bits', value: 4 }] }],
      allow: [
        'mmap',
        { name: 'prctl', args: [{ index: 0, op: 'eq', value: 15 }] },
        { name: 'prctl', action: { errno: 'EINVAL' } },
      ],
      onViolation: 'kill-process',
    });
    expect(run(filter, number('mmap'), [0n, 4096n, 3n])).toBe(ALLOW);
    expect(run(filter, number('mmap'), [0n, 4096n, 7n])).toBe(KILL);
    expect(run(filter, number('mmap'), [0n, 4096n, 0xff_0000_0004n])).toBe(KILL);
    expect(run(filter, number('prctl'), [15n])).toBe(ALLOW);
    expect(run(filter, number('prctl'), [0x1_0000_000fn])).toBe(0x00050016);
    expect(run(filter, number('prctl'), [16n])).toBe(0x00050016);
  });

  test('a call that passes the deny rules is left to the allow list', () => {
    const deny: SyscallRule[] = [
      { name: 'socket', args: [{ index: 0, op: 'eq', value: 1 }], action: 'pass' },
      { name: 'socket', action: { errno: 'EPERM' } },
    ];
    const socket = number('socket');
    const open = compileFilter({ arch, deny, onViolation: 'kill-process' });
    expect([run(open, socket, [1n]), run(open, socket, [2n])]).toEqual([ALLOW, EPERM]);
    const listed = compileFilter({ arch, deny, allow: ['socket'], onViolation: 'kill-process' });
    expect([run(listed, socket, [1n]), run(listed, socket, [2n])]).toEqual([ALLOW, EPERM]);
    const unlisted = compileFilter({ arch, deny, allow: ['read'], onViolation: 'kill-process' });
    expect([run(unlisted, socket, [1n]), run(unlisted, socket, [2n])]).toEqual([KILL, EPERM]);
  });

  test('no executable memory passes the second stage', () => {
    const filter = compileNoNewCode({ arch });
    for (const name of ['mmap', 'mprotect', 'pkey_mprotect'] as const) {
      for (let protection = 0n; protection < 16n; protection++) {
        expect(run(filter, number(name), [0n, 4096n, protection])).toBe(
          (protection & 4n) === 0n ? ALLOW : KILL,
        );
      }
    }
    expect(run(filter, number('personality'), [0xffff_ffffn])).toBe(ALLOW);
    expect(run(filter, number('personality'), [0x0040_0000n])).toBe(KILL);
    expect(run(filter, number('shmat'), [1n, 0n, 0o100000n])).toBe(KILL);
    expect(run(filter, number('remap_file_pages'))).toBe(KILL);
    expect(run(filter, number('read'))).toBe(ALLOW);
  });

  const operators: readonly ArgumentCondition['op'][] = [
    'eq',
    'ne',
    'lt',
    'le',
    'gt',
    'ge',
    'any-bits',
    'no-bits',
    'masked-eq',
  ];
  const interesting = fc.oneof(
    fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
    fc.constantFrom(0n, 1n, 4n, 0xffff_ffffn, 0x1_0000_0000n, 0x1_0000_0001n, 0xffff_ffff_ffff_ffffn),
  );
  const condition: fc.Arbitrary<ArgumentCondition> = fc.record({
    index: fc.integer({ min: 0, max: 5 }),
    op: fc.constantFrom(...operators),
    value: interesting,
    mask: interesting,
    width: fc.constantFrom(32 as const, 64 as const),
  });

  function holds({ index, op, value, mask, width }: ArgumentCondition, args: readonly bigint[]): boolean {
    const cut = (x: bigint): bigint => (width === 32 ? x & 0xffff_ffffn : x);
    const a = cut(args[index] as bigint);
    const v = cut(BigInt(value));
    switch (op) {
      case 'eq':
        return a === v;
      case 'ne':
        return a !== v;
      case 'lt':
        return a < v;
      case 'le':
        return a <= v;
      case 'gt':
        return a > v;
      case 'ge':
        return a >= v;
      case 'any-bits':
        return (a & v) !== 0n;
      case 'no-bits':
        return (a & v) === 0n;
      case 'masked-eq':
        return (a & cut(BigInt(mask ?? 0n))) === v;
    }
  }

  test('random lists of rules with random conditions decide as their definition says', () => {
    const names = [...syscallTable(arch).keys()];
    const rule: fc.Arbitrary<SyscallRule> = fc.record({
      name: fc.constantFrom(...names),
      args: fc.array(condition, { maxLength: 4, size: 'max' }),
      action: fc.constantFrom('allow' as const, 'log' as const, 'trap' as const),
    });
    const words = { allow: ALLOW, log: 0x7ffc0000, trap: 0x00030000 } as const;
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 40, size: 'max' }),
        fc.tuple(interesting, interesting, interesting, interesting, interesting, interesting),
        (allow, args) => {
          const filter = compileFilter({ arch, allow, onViolation: 'kill-process' });
          const asked = [...allow.map(({ name }) => name), ...names.slice(0, 3)];
          for (const name of asked) {
            const first = allow.find((r) => r.name === name && (r.args ?? []).every((c) => holds(c, args)));
            const expected = first === undefined ? KILL : words[first.action as keyof typeof words];
            if (run(filter, number(name), args) !== expected) return false;
          }
          return true;
        },
      ),
      { ...PROPERTY, numRuns: 150 },
    );
  });
});

test('names that only the other architecture has are left out', () => {
  const filter = compileFilter({
    arch: 'arm64',
    allow: ['open', 'fork', 'read'],
    onViolation: 'kill-process',
  });
  const program = decodeProgram(filter.program);
  const passing = Array.from({ length: 600 }, (_, nr) => nr).filter(
    (nr) => simulate(program, { nr, arch: AUDIT_ARCH.arm64 }) === ALLOW,
  );
  expect(passing).toEqual([63]);
});

test.each<[string, () => unknown]>([
  ['an unknown call', () => compileFilter({ allow: ['opn' as SyscallName], onViolation: 'kill-process' })],
  ['an unknown action', () => compileFilter({ onViolation: 'kill' as 'log' })],
  ['an unknown errno', () => compileFilter({ onViolation: { errno: 'EWHAT' } })],
  [
    'a seventh argument',
    () =>
      compileFilter({
        allow: [{ name: 'read', args: [{ index: 6, op: 'eq', value: 0 }] }],
        onViolation: 'log',
      }),
  ],
  [
    'a fractional value',
    () =>
      compileFilter({
        allow: [{ name: 'read', args: [{ index: 0, op: 'eq', value: 0.5 }] }],
        onViolation: 'log',
      }),
  ],
  [
    'too long a program',
    () =>
      compileFilter({
        allow: Array.from(
          { length: 1500 },
          (_, value): SyscallRule => ({ name: 'read', args: [{ index: 0, op: 'eq', value }] }),
        ),
        onViolation: 'log',
      }),
  ],
])('%s is a typed error', (_, compile) => {
  let caught: unknown;
  try {
    compile();
  } catch (error) {
    caught = error;
  }
  expect(isSandboxError(caught, 'INVALID_ARGUMENT')).toBe(true);
});

test.each<[SyscallName, number | undefined, number | undefined]>([
  ['read', 0, 63],
  ['write', 1, 64],
  ['open', 2, undefined],
  ['mmap', 9, 222],
  ['mprotect', 10, 226],
  ['ioctl', 16, 29],
  ['socket', 41, 198],
  ['clone', 56, 220],
  ['fork', 57, undefined],
  ['execve', 59, 221],
  ['exit', 60, 93],
  ['wait4', 61, 260],
  ['kill', 62, 129],
  ['ptrace', 101, 117],
  ['prctl', 157, 167],
  ['futex', 202, 98],
  ['exit_group', 231, 94],
  ['openat', 257, 56],
  ['unshare', 272, 97],
  ['seccomp', 317, 277],
  ['bpf', 321, 280],
  ['io_uring_setup', 425, 425],
  ['clone3', 435, 435],
  ['landlock_restrict_self', 446, 446],
])('%s is %s on x64 and %s on arm64', (name, x64, arm64) => {
  expect([syscallNumber(name, 'x64'), syscallNumber(name, 'arm64')]).toEqual([x64, arm64]);
});
