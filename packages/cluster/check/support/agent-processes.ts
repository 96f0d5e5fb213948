import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onSmallDisk } from './small-disk.ts';

const PROGRAM = fileURLToPath(new URL('./agent-process.ts', import.meta.url));

/** Agents in processes of their own, that can be killed, stopped and started again. */
export class AgentProcesses {
  readonly #servers: string;
  readonly #running = new Map<string, { child: ChildProcess; directory: string }>();

  constructor(servers: string) {
    this.#servers = servers;
  }

  /** Ready once it takes jobs. */
  async start(id: string, { hours = 0, fullDisk = false } = {}): Promise<void> {
    const directory = mkdtempSync(join(tmpdir(), `pvf-agent-${id}-`));
    const command = [process.execPath, '--no-warnings', PROGRAM, this.#servers, id, String(hours)];
    const [program = '', ...args] = fullDisk ? onSmallDisk(16, '"$TMPDIR"', command) : command;
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, TMPDIR: directory },
    });
    this.#running.set(id, { child, directory });
    await this.#hear(child, id);
    await this.tell(id, fullDisk ? 'fill' : 'go');
    await this.#hear(child, id);
  }

  /** Starts it beside what else happens: if the check ends first, it never was ready. */
  startSoon(id: string): void {
    this.start(id).catch(() => {});
  }

  /** Returns when it has done so. */
  async tell(id: string, word: string): Promise<void> {
    const child = this.#running.get(id)?.child;
    if (child === undefined) throw new Error(`agent ${id} does not run`);
    const heard = this.#hear(child, id);
    child.send(word);
    await heard;
  }

  signal(id: string, signal: NodeJS.Signals): void {
    this.#running.get(id)?.child.kill(signal);
  }

  async end(id: string, signal: NodeJS.Signals): Promise<void> {
    const found = this.#running.get(id);
    if (found === undefined) return;
    this.#running.delete(id);
    const { child, directory } = found;
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      child.kill('SIGCONT');
      child.kill(signal);
      await exit;
    }
    rmSync(directory, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((id) => this.end(id, 'SIGTERM')));
  }

  async #hear(child: ChildProcess, id: string): Promise<void> {
    const what = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => 'exit')]);
    if (what === 'exit') throw new Error(`agent ${id} ended before it was ready`);
  }
}
