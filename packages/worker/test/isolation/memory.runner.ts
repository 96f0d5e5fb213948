// A worker whose jobs and templates take more memory than they may, in ways that no resource limit counts. Started by
// memory.test.ts under the workers' flags; prints how each ended as JSON.
import {
  closeDescriptor,
  exitNow,
  pipe,
  readFully,
  readSmallFile,
  viewOf,
  writeAll,
} from '@pvf/sandbox-linux';
import { enterJob, type JobEnd, type JobLimits, RequestArena, runJob, Template } from '../../src/index.ts';
import { becomeIsolatedWorker } from './isolated-worker.ts';
import { call, MAP_PRIVATE_ANONYMOUS, PAGE, PROT_READ, PROT_WRITE } from './native.ts';

interface Order {
  readonly directory: string;
  readonly limitMib: number;
  /** What each attempt tries to get. */
  readonly greedMib: number;
  /** False: nobody watches, to show what the resource limits alone let pass. */
  readonly watched: boolean;
  /** A control group (v2) for the worker, whose limits hold in any case. */
  readonly cgroup?: string;
}
const { directory, limitMib, greedMib, watched, cgroup }: Order = JSON.parse(process.argv[2]!);
const MIB = 1024 * 1024;
const CHUNK_MIB = 16;
const HUGE_MIB = 2;
const MADV_COLLAPSE = 25;
const READY = 1;
/** Far from what an attempt needs, on an emulated machine, too. */
const LIMIT_NS = 120e9;

const restricted = becomeIsolatedWorker(directory, true, cgroup);
const job = { ...restricted.job, addedDataBytes: limitMib * MIB };
const limits: JobLimits = {
  cpuLimitNs: LIMIT_NS,
  outputLimitBytes: 1024,
  ...((watched || cgroup !== undefined) && { memoryLimitBytes: limitMib * MIB }),
  ...(watched && { readMemory: restricted.readMemory }),
};

/** Writes to memory and takes the permission to write away again: RLIMIT_DATA counts what can be written. */
function hoard(mib: number): void {
  for (let got = 0; got < mib; got += CHUNK_MIB) {
    const at = call('mmap', 0, CHUNK_MIB * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
    if (at < 0) throw new Error(`mmap: ${at}`);
    const bytes = new Uint8Array(viewOf(at, CHUNK_MIB * MIB));
    for (let offset = 0; offset < bytes.length; offset += PAGE) bytes[offset] = 1;
    call('mprotect', at, CHUNK_MIB * MIB, PROT_READ);
  }
}

/**
 * Memory of which little is there, in pieces that no resource limit adds up, which the kernel then fills: in the largest
 * pages, and without looking for signals meanwhile.
 *
 * @param atOnceMib with each call
 */
function fillAtOnce(mib: number, atOnceMib = mib): void {
  if (mib === 0) return;
  const space = call('mmap', 0, (mib + HUGE_MIB) * MIB, PROT_READ, MAP_PRIVATE_ANONYMOUS, -1, 0);
  const start = Math.ceil(space / (HUGE_MIB * MIB)) * HUGE_MIB * MIB;
  for (let at = start; at < start + mib * MIB; at += CHUNK_MIB * MIB) {
    call('mprotect', at, CHUNK_MIB * MIB, PROT_READ | PROT_WRITE);
    const bytes = new Uint8Array(viewOf(at, CHUNK_MIB * MIB));
    for (let offset = 0; offset < bytes.length; offset += HUGE_MIB * MIB) bytes[offset] = 1;
    call('mprotect', at, CHUNK_MIB * MIB, PROT_READ);
  }
  for (let at = start; at < start + mib * MIB; at += atOnceMib * MIB)
    call('madvise', at, atOnceMib * MIB, MADV_COLLAPSE);
}

const words = (end: JobEnd | undefined): string =>
  end === undefined ? 'not loaded' : end.type === 'exited' ? `exited ${end.status}` : end.type;

function alone(mib: number, take = hoard, locked = true): string {
  const body = (fd: number): number => {
    const { lock } = enterJob(job, fd, LIMIT_NS);
    if (locked) lock();
    take(mib);
    return 0;
  };
  return words(runJob({ ...limits, job, body }).end);
}

function withTemplate(loadMib: number, jobMib: number, fillMib = 0): string {
  const arena = new RequestArena(job.procFd);
  const template = Template.start(job, arena, LIMIT_NS, (lock) => {
    fillAtOnce(fillMib, CHUNK_MIB);
    lock();
    hoard(loadMib);
    return () => {
      hoard(jobMib);
      return 0;
    };
  });
  if (template === undefined) return words(undefined);
  const { end } = template.run(Uint8Array.of(7), limits);
  template.close();
  arena.close();
  return words(end);
}

/** A template that takes memory once it is ordered to make a job, and makes none. */
function onOrder(): string {
  const arena = new RequestArena(job.procFd);
  // As `Template.start` will make them: order, command, status, result.
  const pipes = [pipe(), pipe(), pipe(), pipe()];
  for (const { readFd, writeFd } of pipes) {
    closeDescriptor(readFd);
    closeDescriptor(writeFd);
  }
  const template = Template.start(job, arena, LIMIT_NS, (lock) => {
    lock();
    writeAll(pipes[2]!.writeFd, Uint8Array.of(READY));
    readFully(pipes[0]!.readFd, new Uint8Array(1));
    hoard(greedMib);
    for (;;);
  });
  if (template === undefined) return words(undefined);
  try {
    return words(template.run(Uint8Array.of(7), limits).end);
  } catch (error) {
    return (error as Error).message;
  } finally {
    template.close();
    arena.close();
  }
}

const outcomes = {
  modest: alone(Math.floor(limitMib / 2)),
  alone: alone(greedMib),
  atOnce: alone(greedMib, fillAtOnce),
  atOnceBeforeLock: alone(greedMib, fillAtOnce, false),
  loading: withTemplate(greedMib, 0),
  loadingInHugePages: withTemplate(0, 0, greedMib),
  onOrder: watched ? onOrder() : '',
  // Neither is too much alone.
  together: withTemplate(limitMib * 0.375, limitMib * 0.5),
  ownScore: readSmallFile('self/oom_score_adj', job.procFd).trim(),
};
writeAll(1, Buffer.from(JSON.stringify(outcomes)));
exitNow(0);
