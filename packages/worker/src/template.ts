import {
  closeDescriptor,
  forkChild,
  killPid,
  POLLIN,
  type PollEntry,
  pipe,
  poll,
  processCpuTimeNs,
  readFully,
  waitForChild,
  writeAll,
} from '@pvf/sandbox-linux';
import type { RequestArena } from './arena.ts';
import { followJob, type JobLimits, type JobReport } from './job.ts';
import { CPU_LIMIT_MARGIN_SECONDS, type JobSettings } from './job-process.ts';
import { forkAs } from './job-user.ts';
import { COMMAND_BYTES, READY, STATUS_BYTES, type TemplateJob, templateMain } from './template-process.ts';

const SIGKILL = 9;
const NS_PER_MS = 1e6;
const NS_PER_SECOND = 1e9;

/** A template process did something that only a bug or an attacker makes it do; the worker goes on without it. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/**
 * A sandboxed process that has loaded one artifact and forks a job for each request, so that loading is paid for once.
 * What it holds comes from its PVF alone: taken over, it could harm the answers about that PVF, nothing else.
 */
export class Template {
  readonly pid: number;
  readonly #arena: RequestArena;
  readonly #command: number;
  readonly #status: number;
  readonly #result: number;
  #closed = false;

  /**
   * Forks the process and waits until it has loaded.
   *
   * @param loadLimitNs CPU time that loading may take, nanoseconds
   * @returns `undefined` when it cannot load the artifact, whatever the reason
   * @throws SandboxError when no process or pipe can be made: a local fault
   */
  static start(
    settings: JobSettings,
    arena: RequestArena,
    loadLimitNs: number,
    load: (lock: () => void) => TemplateJob,
  ): Template | undefined {
    const pipes = [pipe(), pipe(), pipe()] as const;
    const [command, status, result] = pipes;
    const fds = {
      command: command.readFd,
      status: status.writeFd,
      result: result.writeFd,
      arena: arena.readFd,
    };
    const pid = forkAs(settings.user, () => forkChild({ body: () => templateMain(settings, fds, load) }));
    for (const fd of [command.readFd, status.writeFd, result.writeFd]) closeDescriptor(fd);
    const template = new Template(pid, arena, command.writeFd, status.readFd, result.readFd);
    if (template.#loaded(loadLimitNs)) return template;
    template.close();
    return undefined;
  }

  private constructor(pid: number, arena: RequestArena, command: number, status: number, result: number) {
    this.pid = pid;
    this.#arena = arena;
    this.#command = command;
    this.#status = status;
    this.#result = result;
  }

  /**
   * Runs one job on `request`.
   *
   * @throws TemplateError: close the template and run the request in a job of its own
   */
  run(request: Uint8Array, limits: JobLimits): JobReport {
    if (this.#readable(this.#result, 0)) throw new TemplateError('bytes on the result pipe before the job');
    this.#arena.fill(request);
    try {
      const command = new Uint8Array(COMMAND_BYTES);
      const view = new DataView(command.buffer);
      view.setUint32(0, request.length, true);
      view.setUint32(4, Math.ceil(limits.cpuLimitNs / NS_PER_SECOND) + CPU_LIMIT_MARGIN_SECONDS, true);
      this.#send(command);
      const pid = this.#readPid();
      const early = this.#reapIfOurs(pid);
      return followJob(pid, this.#result, limits, early);
    } finally {
      this.#arena.clear();
    }
  }

  /** Ends the process, and waits for that. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    killPid(this.pid, SIGKILL);
    waitForChild(this.pid);
    for (const fd of [this.#command, this.#status, this.#result]) closeDescriptor(fd);
  }

  #loaded(limitNs: number): boolean {
    for (;;) {
      const left = limitNs - (processCpuTimeNs(this.pid) ?? 0);
      if (left <= 0) return false;
      if (this.#readable(this.#status, Math.ceil(left / NS_PER_MS))) break;
    }
    const byte = new Uint8Array(1);
    return readFully(this.#status, byte) === 1 && byte[0] === READY;
  }

  #send(command: Uint8Array): void {
    try {
      writeAll(this.#command, command);
    } catch (cause) {
      throw new TemplateError('the process takes no requests', { cause });
    }
  }

  #readPid(): number {
    const bytes = new Uint8Array(STATUS_BYTES);
    if (readFully(this.#status, bytes) !== STATUS_BYTES) throw new TemplateError('the process has gone');
    const pid = new DataView(bytes.buffer).getInt32(0, true);
    if (pid <= 0 || pid === this.pid) throw new TemplateError(`no job was made (${pid})`);
    return pid;
  }

  /** A pid that is not a child of this worker is not believed. */
  #reapIfOurs(pid: number): ReturnType<typeof waitForChild> | undefined {
    try {
      return waitForChild(pid, { noHang: true });
    } catch (cause) {
      throw new TemplateError(`process ${pid} is no job of this worker`, { cause });
    }
  }

  #readable(fd: number, timeoutMs: number): boolean {
    const entry: PollEntry = { fd, events: POLLIN, revents: 0 };
    poll([entry], timeoutMs);
    return entry.revents !== 0;
  }
}
