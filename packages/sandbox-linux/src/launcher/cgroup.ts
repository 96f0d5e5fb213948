import { closeSync, mkdirSync, openSync, readSync, rmdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  closeAllDescriptorsExcept,
  closeDescriptor,
  forkChild,
  pipe,
  readInto,
  sleep,
  waitForChild,
} from '@pvf/linux';
import { type CgroupPlace, type CgroupResource, cgroupPlaces } from '../policy/cgroup-paths.ts';
import type { LimitPolicy } from '../policy/types.ts';
import { signalDescriptor } from './signals.ts';

const NS_PER_MS = 1e6;
const US_PER_MS = 1e3;
const STATE_BYTES = 4096;
/** How long the kernel gets to let go of a cgroup whose processes have ended. */
const REMOVAL_ATTEMPTS = 200;
const REMOVAL_PAUSE_MS = 10;
/** Whatever might end it before its work is done. */
const BLOCKED = [1, 2, 3, 10, 12, 13, 15];

interface Directory {
  readonly version: 1 | 2;
  readonly path: string;
  readonly resources: readonly CgroupResource[];
}

/** A cgroup of a sandbox's own, or one in each hierarchy: what is in it is counted and bounded by the kernel. */
export class SandboxCgroup {
  /** What the kernel counts and bounds here. */
  readonly resources: readonly CgroupResource[];
  /** For outcomes, e.g. `cgroup v2 (memory, cpu)`. */
  readonly by: string;
  readonly #directories: readonly Directory[];
  readonly #members: readonly number[];
  /** Stays open as long as init or the launcher lives. */
  readonly #alive: number;
  readonly #remover: number;
  readonly #state = new Map<string, number>();

  private constructor(directories: readonly Directory[]) {
    this.#directories = directories;
    this.resources = directories.flatMap(({ resources }) => resources);
    this.by = `cgroup v${directories[0]?.version} (${this.resources.join(', ')})`;
    this.#members = directories.map(({ path }) => openSync(join(path, 'cgroup.procs'), 'w'));
    for (const { path, resources, version } of directories) {
      const open = (name: string, file: string): void => {
        try {
          this.#state.set(name, openSync(join(path, file), 'r'));
        } catch {
          // an older kernel: it is not known then
        }
      };
      if (resources.includes('cpu')) open('cpu', version === 1 ? 'cpuacct.usage' : 'cpu.stat');
      if (!resources.includes('memory')) continue;
      open('peak', version === 1 ? 'memory.max_usage_in_bytes' : 'memory.peak');
      open('events', version === 1 ? 'memory.oom_control' : 'memory.events');
    }
    const { readFd, writeFd } = pipe();
    this.#alive = writeFd;
    this.#remover = forkChild({ body: () => removeLater(readFd, directories) });
    closeDescriptor(readFd);
  }

  /** Makes one for these limits, as far as this process may. The process must be forkable. */
  static make(limits: LimitPolicy | undefined, places = cgroupPlaces()): SandboxCgroup | undefined {
    const wanted = new Set<CgroupResource>([
      ...(limits?.memoryBytes === undefined ? [] : ['memory' as const]),
      ...(limits?.cpuMs === undefined ? [] : ['cpu' as const]),
      ...(limits?.processes === undefined ? [] : ['processes' as const]),
    ]);
    const made: Directory[] = [];
    for (const place of places) {
      const own = place.resources.filter((name) => wanted.has(name));
      if (own.length === 0) continue;
      const directory = makeDirectory({ ...place, resources: own }, limits ?? {});
      if (directory === undefined) continue;
      for (const name of own) wanted.delete(name);
      made.push(directory);
    }
    return made.length === 0 ? undefined : new SandboxCgroup(made);
  }

  has(resource: CgroupResource): boolean {
    return this.resources.includes(resource);
  }

  /** Puts this process into it. */
  join(): void {
    for (const fd of this.#members) writeSync(fd, '0');
  }

  /** CPU time of all that was ever in it, milliseconds. */
  cpuMs(): number | undefined {
    const text = this.#read('cpu');
    if (text === undefined) return undefined;
    const micros = /^usage_usec (\d+)$/m.exec(text)?.[1];
    return micros === undefined ? Number(text) / NS_PER_MS : Number(micros) / US_PER_MS;
  }

  /** Most that it ever held, bytes, cached files among it; undefined before Linux 5.19 with version 2. */
  peakMemoryBytes(): number | undefined {
    const text = this.#read('peak');
    return text === undefined ? undefined : Number(text);
  }

  /** Whether the kernel has ended a process of it for want of memory. */
  hasRunOut(): boolean {
    return Number(/^oom_kill (\d+)$/m.exec(this.#read('events') ?? '')?.[1] ?? 0) > 0;
  }

  /** In the launcher, when all is over: waits until it is gone. */
  close(): void {
    for (const fd of [...this.#members, ...this.#state.values()]) closeSync(fd);
    closeDescriptor(this.#alive);
    waitForChild(this.#remover);
  }

  get directories(): readonly string[] {
    return this.#directories.map(({ path }) => path);
  }

  #read(name: string): string | undefined {
    const fd = this.#state.get(name);
    if (fd === undefined) return undefined;
    const buffer = Buffer.alloc(STATE_BYTES);
    return buffer.toString('latin1', 0, readSync(fd, buffer, 0, STATE_BYTES, 0)).trim();
  }
}

function set(directory: string, file: string, value: number | string): void {
  const fd = openSync(join(directory, file), 'w');
  try {
    writeSync(fd, String(value));
  } finally {
    closeSync(fd);
  }
}

function setIfKnown(directory: string, file: string, value: number | string): void {
  try {
    set(directory, file, value);
  } catch {
    // kernels without swap accounting, or before 4.19, do not have it
  }
}

function makeDirectory(
  { version, parent, resources, toHandDown = [] }: CgroupPlace,
  limits: LimitPolicy,
): Directory | undefined {
  // What it does not hand down after all shows when the limit is set.
  for (const name of toHandDown) setIfKnown(parent, 'cgroup.subtree_control', `+${name}`);
  const path = join(parent, `sandbox-linux-${process.pid}-${Math.round(performance.timeOrigin)}`);
  try {
    mkdirSync(path);
  } catch {
    return undefined;
  }
  try {
    if (resources.includes('memory')) {
      const bytes = limits.memoryBytes as number;
      set(path, version === 1 ? 'memory.limit_in_bytes' : 'memory.max', bytes);
      if (version === 1) setIfKnown(path, 'memory.memsw.limit_in_bytes', bytes);
      else setIfKnown(path, 'memory.swap.max', 0);
      if (version === 2) setIfKnown(path, 'memory.oom.group', 1);
    }
    if (resources.includes('processes')) set(path, 'pids.max', limits.processes as number);
    return { version, path, resources };
  } catch {
    rmdirSync(path);
    return undefined;
  }
}

/**
 * Waits until launcher and init have ended, however, and removes what was made. A process of its own, because the
 * launcher may have become another user or be killed.
 */
function removeLater(aliveFd: number, directories: readonly Directory[]): number {
  signalDescriptor(BLOCKED);
  closeAllDescriptorsExcept([aliveFd]);
  readInto(aliveFd, Buffer.alloc(1));
  for (const { path } of directories) {
    for (let attempt = 0; attempt < REMOVAL_ATTEMPTS; attempt++) {
      try {
        rmdirSync(path);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EBUSY') break;
        sleep(REMOVAL_PAUSE_MS);
      }
    }
  }
  return 0;
}
