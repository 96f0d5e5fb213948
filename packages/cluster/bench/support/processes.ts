import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of this folder in a process of its own, which answers what it is asked, one question at a time. */
export class Helper {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** @param program beside this file; its first message says that it is ready */
  static async start(program: string, options: object): Promise<Helper> {
    const path = fileURLToPath(new URL(program, import.meta.url));
    const child = fork(path, [JSON.stringify(options)], { execArgv: ['--no-warnings'] });
    const helper = new Helper(child);
    try {
      await helper.#hear();
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    return helper;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async ask<T>(question: object): Promise<T> {
    const heard = this.#hear();
    this.#child.send(question);
    return (await heard) as T;
  }

  /** It ends when nobody is connected to it any more. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    const slow = setTimeout(() => this.#child.kill('SIGKILL'), 15_000);
    await exit;
    clearTimeout(slow);
  }

  async #hear(): Promise<unknown> {
    const end = new AbortController();
    try {
      return await Promise.race([
        once(this.#child, 'message', { signal: end.signal }).then(([message]) => message),
        once(this.#child, 'exit', { signal: end.signal }).then(([code]) => {
          throw new Error(`a process of the benchmark ended by itself (${code})`);
        }),
      ]);
    } finally {
      end.abort();
    }
  }
}
