import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { KeepFailedOptions } from '../keep-failed-options.ts';
import type { ValidationOutcome } from '../outcome.ts';
import type { ValidateRequest } from '../types.ts';
import { encodeCandidate } from './encode.ts';

const DEFAULT_MAX_FILES = 100;
const DEFAULT_MAX_BYTES = 1024 ** 3;
/** Candidates that wait for the disk; more are not kept, so that a slow disk cannot fill the memory. */
const MOST_WAITING = 4;

const FILE_NAME = /^failed-[0-9a-z-]+\.json$/;
const TEMPORARY = '.part';

/**
 * Writes candidates that were not accepted to files that `pvf validate` reads. No outcome waits for it, and no fault of
 * the directory becomes one of a request: it is logged.
 */
export class FailedCandidates {
  readonly #dir: string;
  readonly #maxFiles: number;
  readonly #maxBytes: number;
  readonly #logger: Logger;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor({ dir, maxFiles, maxBytes }: KeepFailedOptions, logger: Logger) {
    this.#dir = dir;
    this.#maxFiles = maxFiles ?? DEFAULT_MAX_FILES;
    this.#maxBytes = maxBytes ?? DEFAULT_MAX_BYTES;
    this.#logger = logger;
  }

  /**
   * Keeps a candidate that is, or may be, invalid; ignores any other. The request's bytes are read before this returns:
   * their owner may change them afterwards.
   */
  keep(request: ValidateRequest, outcome: ValidationOutcome): void {
    if (outcome.kind !== 'invalid' && outcome.kind !== 'possibly-invalid') return;
    if (this.#waiting >= MOST_WAITING) {
      this.#logger.warn(
        { requestId: outcome.requestId },
        'a failed candidate is not kept: the disk is too slow',
      );
      return;
    }
    const name = `failed-${(outcome.candidateHash ?? outcome.codeHash).slice(0, 16)}-${outcome.requestId}`;
    const text = encodeCandidate(name, request, outcome);
    this.#waiting += 1;
    this.#last = this.#last
      .then(() => this.#write(`${name}.json`, `${text}\n`))
      .catch((error: unknown) => {
        this.#logger.warn({ dir: this.#dir, error: String(error) }, 'a failed candidate cannot be kept');
      })
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  /** Settles once everything is written. */
  flush(): Promise<void> {
    return this.#last;
  }

  async #write(name: string, text: string): Promise<void> {
    const bytes = Buffer.byteLength(text);
    if (bytes > this.#maxBytes || this.#maxFiles === 0) return;
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    await this.#makeRoom(bytes);
    const path = join(this.#dir, name);
    try {
      await writeFile(`${path}${TEMPORARY}`, text, { mode: 0o600, flag: 'wx' });
      await rename(`${path}${TEMPORARY}`, path);
    } catch (error) {
      await rm(`${path}${TEMPORARY}`, { force: true });
      throw error;
    }
  }

  async #makeRoom(wanted: number): Promise<void> {
    const files: { path: string; bytes: number; time: number }[] = [];
    for (const name of await readdir(this.#dir)) {
      if (!FILE_NAME.test(name)) continue;
      const path = join(this.#dir, name);
      const file = await stat(path).catch(() => undefined);
      if (file?.isFile() === true) files.push({ path, bytes: file.size, time: file.mtimeMs });
    }
    files.sort((a, b) => a.time - b.time);
    let left = files.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [index, { path, bytes }] of files.entries()) {
      if (files.length - index < this.#maxFiles && left + wanted <= this.#maxBytes) break;
      await rm(path, { force: true });
      left -= bytes;
    }
  }
}
