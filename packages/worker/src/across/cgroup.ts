import {
  closeDescriptor,
  makeDirectory,
  open,
  openDirectory,
  readSmallFile,
  writeAll,
  writeSmallFile,
} from '@pvf/linux';
import type pino from 'pino';
import { messageOf } from '../errors.ts';

const O_WRONLY = 1;
/** A process that is written so is the writer itself. */
const MYSELF = '0';
/** Without these a group bounds nothing that matters here. */
const NEEDED_CONTROLLERS = '+memory +pids';
/** The worker has to get the processor to end a job that overruns, whatever its jobs and templates do; default 100. */
const WORKER_CPU_WEIGHT = '1000';
/** A template, its job, and what the kernel has not reaped yet of the one before. */
const SLOT_PROCESSES = '4';
/**
 * Above what the worker itself allows a job (`memory-guard.ts`), because the kernel's account has more in it: pages that
 * were copied and not added, page tables, pipes. Within a tenth of what production allows.
 */
const MARGIN = 0.05;
const LEAST_MARGIN_BYTES = 128 * 1024 ** 2;

/**
 * The control group (v2) that a host has made for this worker alone. The worker's own processes are in one group below
 * it, and each template with its jobs in another one, a {@link CgroupSlot}, whose limits the kernel enforces. No
 * process can change groups without a descriptor of the group's files, and jobs have none.
 */
export class WorkerCgroup {
  /** For Landlock's rules: below it the worker makes and writes to slots. */
  readonly fd: number;
  readonly #log: pino.Logger;
  readonly #free: CgroupSlot[] = [];
  #made = 0;

  /**
   * Moves this process, with all of its threads, into a group that has no other. To be called before this process leaves
   * its cgroup namespace: that group is then the root of the new one, and slots can be entered from within.
   *
   * @throws SandboxError: it cannot be entered
   */
  static enter(directory: string, log: pino.Logger): WorkerCgroup {
    const fd = openDirectory(directory);
    try {
      writeSmallFile('cgroup.procs', MYSELF, fd);
    } catch (error) {
      closeDescriptor(fd);
      throw error;
    }
    return new WorkerCgroup(fd, log);
  }

  private constructor(fd: number, log: pino.Logger) {
    this.fd = fd;
    this.#log = log;
  }

  /**
   * Moves this process one level down and has the kernel account for what is beside it: a group with limits for others
   * may have no processes of its own. To be called once this process has its namespaces, and before Landlock.
   *
   * @throws SandboxError
   */
  divide(): void {
    makeDirectory('worker', this.fd);
    writeSmallFile('worker/cgroup.procs', MYSELF, this.fd);
    writeSmallFile('cgroup.subtree_control', NEEDED_CONTROLLERS, this.fd);
    if (!this.#write('cgroup.subtree_control', '+cpu')) return;
    this.#write('worker/cpu.weight', WORKER_CPU_WEIGHT);
  }

  /**
   * A group without processes, to be given back with `release`.
   *
   * @returns `undefined`: none can be made, and the worker's own watch is what bounds the job
   */
  take(): CgroupSlot | undefined {
    const at = this.#free.findIndex((slot) => slot.isEmpty);
    if (at >= 0) return this.#free.splice(at, 1)[0];
    try {
      return this.make();
    } catch (error) {
      this.#log.warn({ err: error }, 'no control group for a job: its memory is watched, not enforced');
      return undefined;
    }
  }

  /** @throws SandboxError: no group can be made */
  make(): CgroupSlot {
    const name = `slot-${this.#made++}`;
    makeDirectory(name, this.fd);
    // One process of a template is of no use without the others.
    writeSmallFile(`${name}/memory.oom.group`, '1', this.fd);
    writeSmallFile(`${name}/pids.max`, SLOT_PROCESSES, this.fd);
    this.#write(`${name}/memory.swap.max`, '0');
    return new CgroupSlot(name, this.fd, (slot) => this.#free.push(slot));
  }

  /** For what not every kernel has. */
  #write(path: string, text: string): boolean {
    try {
      writeSmallFile(path, text, this.fd);
      return true;
    } catch (error) {
      this.#log.debug({ path, reason: messageOf(error) }, 'a limit of a control group cannot be set');
      return false;
    }
  }
}

/** From memory.events (Documentation/admin-guide/cgroup-v2.rst of the kernel). */
interface Events {
  /** How often the group's own limit was reached and nothing could be given back. */
  readonly reached: number;
  /** Processes that were killed because memory ran out, whoever's. */
  readonly killed: number;
}

/** The group of one template with its jobs, or of one job. */
export class CgroupSlot {
  readonly #name: string;
  readonly #fd: number;
  readonly #onRelease: (slot: CgroupSlot) => void;
  /** Opened by the worker: what it may do counts, not what the job may that writes to it (since Linux 5.17). */
  readonly #procs: number;
  #before: Events = { reached: 0, killed: 0 };

  constructor(name: string, fd: number, onRelease: (slot: CgroupSlot) => void) {
    this.#name = name;
    this.#fd = fd;
    this.#onRelease = onRelease;
    this.#procs = open(`${name}/cgroup.procs`, O_WRONLY, fd);
  }

  /** No process is left, and their memory has been given back. */
  get isEmpty(): boolean {
    return /^populated 0$/m.test(this.#read('cgroup.events'));
  }

  /**
   * Sets what all processes in it may hold together.
   *
   * @param bytes that the worker's own watch allows; no limit when absent
   */
  limitMemory(bytes: number | undefined): void {
    const limit =
      bytes === undefined ? 'max' : String(Math.ceil(bytes + Math.max(bytes * MARGIN, LEAST_MARGIN_BYTES)));
    writeSmallFile(`${this.#name}/memory.max`, limit, this.#fd);
    this.#before = this.#events();
  }

  /**
   * In a process that was forked a moment ago, before it touches anything: from here on its memory, and what it forks,
   * is the group's.
   *
   * @throws SandboxError: the process must end
   */
  enter(): void {
    writeAll(this.#procs, Buffer.from(MYSELF));
  }

  /**
   * Since the limit was set, the kernel has killed what was in the group because the group's own limit was reached; not
   * because the machine, or a group above, had no memory left.
   */
  get hasRunOut(): boolean {
    const { reached, killed } = this.#events();
    return reached > this.#before.reached && killed > this.#before.killed;
  }

  /** Kills every process in it at once, and whatever they are forking (since Linux 5.14). */
  kill(): void {
    try {
      writeSmallFile(`${this.#name}/cgroup.kill`, '1', this.#fd);
    } catch {
      // The worker ends each process that it knows of as well.
    }
  }

  /** Nobody is to be in it any more; it is used again once that is so. */
  release(): void {
    this.kill();
    this.#onRelease(this);
  }

  #events(): Events {
    const events = this.#read('memory.events');
    const count = (name: string): number =>
      Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(events)?.[1] ?? 0);
    return { reached: count('oom'), killed: count('oom_kill') };
  }

  #read(file: string): string {
    try {
      return readSmallFile(`${this.#name}/${file}`, this.#fd);
    } catch {
      return '';
    }
  }
}
