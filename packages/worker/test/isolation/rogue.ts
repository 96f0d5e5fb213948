// For runners: a worker some of whose templates have been taken over. Each of those is a native program behind the
// template's filters that knows its descriptors.
import {
  closeDescriptor,
  compileFilter,
  exitNow,
  forkChild,
  pipe,
  readFully,
  viewOf,
  writeAll,
} from '@pvf/sandbox-linux';
import { markBegun } from '../../src/across/beginning.ts';
import { type JobLimits, RequestArena, Template, type TemplateJob } from '../../src/index.ts';
import { ownChildren } from '../../src/own-children.ts';
import { COMMAND_BYTES } from '../../src/template/template-process.ts';
import { becomeIsolatedWorker } from './isolated-worker.ts';
import { call, MAP_PRIVATE_ANONYMOUS, memory, PAGE, PROT_READ, PROT_WRITE, words } from './native.ts';

/** What every runner is told; as JSON on its command line. */
export interface RogueOrder {
  readonly directory: string;
  readonly namespaces: boolean;
  /** False: as if the worker did not answer clones itself, to show what a template could do. */
  readonly gate?: boolean;
}
const { directory, namespaces, gate = true }: RogueOrder = JSON.parse(process.argv[2]!);

export const LIMITS: JobLimits = { cpuLimitNs: 5e9, outputLimitBytes: 1024 };
export const RIGHT = JSON.stringify([{ type: 'exited', status: 0 }, [7]]);
/** Long enough for a process to make others, or to use some processor time. */
export const A_WHILE_MS = 300;
/** More than a template may gain. */
export const HOARD_BYTES = 32 * 1024 * 1024;
export const READY = 1;
const FUTEX_WAIT_PRIVATE = 128;
/** Kinds of memory side by side, none of which the kernel can take for one: what a fork has to copy. */
const MAPPINGS = 30_000;
const RLIMIT_NPROC = 6;
const MADV_HUGEPAGE = 14;
const PROT_NONE = 0;
const MAP_NORESERVE = 0x4000;
const LARGE_PAGE = 2 * 1024 * 1024;
const VIEW_BYTES = 1024 ** 3;
/** As much as mappings of its parts can be told apart (vm.max_map_count). */
const DWELL_BYTES = 48 * 1024 ** 3;

const restricted = becomeIsolatedWorker(directory, namespaces);
/** A filter that has the worker answer a call that nobody makes. */
const noGate = compileFilter({ deny: ['acct'], onViolation: 'notify' });
const filters = restricted.job.templateFilters!;
export const job = gate
  ? restricted.job
  : { ...restricted.job, templateFilters: { ...filters, clone: noGate } };

/** Answers with the first byte of its request. */
const honest: TemplateJob = (request, writeFd) => {
  writeAll(writeFd, request.slice(0, 1));
  return 0;
};

const arenas = new Map<Template, RequestArena>();

/** @returns `undefined` when it did not load */
function start(
  load: (lock: () => void) => TemplateJob,
  hostFd: number | undefined,
  cpuLimitNs: number,
): Template | undefined {
  const arena = new RequestArena(job.procFd);
  const template = Template.start(job, arena, cpuLimitNs, load, hostFd);
  if (template === undefined) arena.close();
  else arenas.set(template, arena);
  return template;
}

/** Ends it, as the worker does with one that it gives up. */
export function end(template: Template): void {
  template.close();
  arenas.get(template)?.close();
  arenas.delete(template);
}

export function startHonest(): Template {
  const load = (lock: () => void): TemplateJob => {
    lock();
    return honest;
  };
  return start(load, undefined, LIMITS.cpuLimitNs)!;
}

export function runOn(template: Template): string {
  try {
    const { end, output } = template.run(Uint8Array.of(7), LIMITS);
    return JSON.stringify([end, [...output]]);
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message.replace(/\d+/g, 'N')}`;
  }
}

export interface Ends {
  readonly order: number;
  readonly command: number;
  readonly status: number;
  readonly result: number;
}

/** Starts a template that does `conduct` once it has said that it is ready. */
export function startRogue(conduct: (ends: Ends) => void, hostFd?: number): Template {
  const load = (ends: Ends, lock: () => void): never => {
    lock();
    writeAll(ends.status, Uint8Array.of(READY));
    conduct(ends);
    return exitNow(0);
  };
  return startLoading(load, hostFd)!;
}

/**
 * Starts one that has been taken over as soon as it can be.
 *
 * @param cpuLimitNs for loading, nanoseconds
 * @returns `undefined` when it did not load
 */
export function startLoading(
  load: (ends: Ends, lock: () => void) => TemplateJob,
  hostFd?: number,
  cpuLimitNs = LIMITS.cpuLimitNs,
): Template | undefined {
  // Numbers as its own will have: first the descriptors of its arena, then these pipes.
  const arena = new RequestArena(job.procFd);
  const pipes = [pipe(), pipe(), pipe(), pipe()];
  for (const { readFd, writeFd } of pipes) {
    closeDescriptor(readFd);
    closeDescriptor(writeFd);
  }
  arena.close();
  const [order, command, status, result] = pipes;
  const ends = {
    order: order!.readFd,
    command: command!.readFd,
    status: status!.writeFd,
    result: result!.writeFd,
  };
  return start((lock) => load(ends, lock), hostFd, cpuLimitNs);
}

export function sleepForEver(): never {
  for (;;) call('futex', memory(8), FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
}

export function spinForEver(): never {
  for (;;);
}

export const fork = (body: () => never): number =>
  forkChild({ namespaces: job.namespaces, sibling: true, body });
/** Takes the commands of the worker one by one, and does `each` for them. */
export const onOrders = ({ order, status }: Ends, each: () => void): void => {
  while (readFully(order, new Uint8Array(1)) === 1) {
    each();
    writeAll(status, Uint8Array.of(1));
  }
};

/** An honest job's answer. */
export const answer = ({ command, result }: Ends): never => {
  readFully(command, new Uint8Array(COMMAND_BYTES));
  markBegun(result);
  writeAll(result, Uint8Array.of(7));
  return exitNow(0);
};

/** Makes the next fork a long one. */
export const spread = (): void => {
  for (let i = 0; i < MAPPINGS; i++)
    call('mmap', 0, PAGE, i % 2 === 0 ? PROT_READ : PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
};

/** Has the worker let it make a process, and then makes none, because it has seen to it that none can be made. */
export const promise = (then: () => void): void => {
  call('prlimit64', 0, RLIMIT_NPROC, words(0, 0), 0);
  try {
    fork(spinForEver);
  } catch {
    then();
  }
};

export const children = (): number => ownChildren(job.procFd)!.length;

/** Takes memory, in as large pages as there are. */
export const hoard = (): void => {
  const at = call('mmap', 0, HOARD_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
  call('madvise', at, HOARD_BYTES, MADV_HUGEPAGE);
  const bytes = new Uint8Array(viewOf(at, HOARD_BYTES));
  for (let offset = 0; offset < bytes.length; offset += PAGE) bytes[offset] = 1;
};

/** Takes no memory of its own but page tables, each for a page that is empty and everybody's. */
export const hoardTables = (): void => {
  const bytes = (HOARD_BYTES / PAGE) * LARGE_PAGE;
  const at = call('mmap', 0, bytes, PROT_READ, MAP_PRIVATE_ANONYMOUS | MAP_NORESERVE, -1, 0);
  let sum = 0;
  for (let from = 0; from < bytes; from += VIEW_BYTES) {
    const view = new Uint8Array(viewOf(at + from, VIEW_BYTES));
    for (let offset = 0; offset < VIEW_BYTES; offset += LARGE_PAGE) sum += view[offset]!;
  }
  if (sum !== 0) exitNow(1);
};

/**
 * Prepares for calls that take long and that no signal interrupts: they change page tables as large as there can be.
 *
 * @returns makes such calls for ever
 */
export const dwell = (): (() => never) => {
  const at = call('mmap', 0, DWELL_BYTES, PROT_READ, MAP_PRIVATE_ANONYMOUS | MAP_NORESERVE, -1, 0);
  call('madvise', at, DWELL_BYTES, MADV_HUGEPAGE);
  for (let offset = 0; offset < DWELL_BYTES; offset += LARGE_PAGE) {
    call('futex', at + offset, FUTEX_WAIT_PRIVATE, 1);
    // Now a page table stands for the large empty page.
    call('mprotect', at + offset, PAGE, PROT_NONE);
  }
  return () => {
    for (;;) for (const protection of [PROT_NONE, PROT_READ]) call('mprotect', at, DWELL_BYTES, protection);
  };
};
