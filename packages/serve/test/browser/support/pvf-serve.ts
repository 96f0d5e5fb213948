import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { createClient, type PvfClient } from '../../../src/client/index.ts';

const PVF = join(import.meta.dirname, '../../../../cli/bin/pvf');
export const TOKEN = 'a-token-of-the-browser-tests';

/** `pvf serve` as a process, on a port that it keeps when it is started again. */
export class PvfServe {
  readonly #directory = mkdtempSync(join(tmpdir(), 'pvf-serve-browser-'));
  #port = 0;
  #child: ChildProcess | undefined;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** With the token, where browsers keep it to themselves. */
  get page(): string {
    return `${this.url}/#${TOKEN}`;
  }

  get client(): PvfClient {
    return createClient({ baseUrl: this.url, token: TOKEN });
  }

  async start(): Promise<void> {
    const file = join(this.#directory, 'token');
    writeFileSync(file, TOKEN);
    const options = [
      '--json',
      '--no-cache',
      '--insecure',
      '--listen',
      `127.0.0.1:${this.#port}`,
      '--token-file',
      file,
    ];
    const child = spawn(PVF, ['serve', ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, XDG_RUNTIME_DIR: this.#directory },
    });
    this.#child = child;
    const stderr = text(child.stderr);
    const { value: line, done } = await createInterface({ input: child.stdout })
      [Symbol.asyncIterator]()
      .next();
    if (done === true) throw new Error(`pvf serve did not start: ${await stderr}`);
    child.stdout.resume();
    this.#port = Number(new URL(JSON.parse(line).url).port);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
