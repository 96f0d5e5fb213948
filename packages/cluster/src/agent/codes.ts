import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PvfCode } from '@pvf/host';
import { codeHash } from '@pvf/protocol';
import type { Logger } from 'pino';
import { partitionOf } from '../names.ts';
import { toHex } from '../records/parts.ts';
import type { Executor } from './executor.ts';

const DEFAULT_BYTES = 512 * 1024 * 1024;

interface Loaded {
  readonly code: Promise<PvfCode>;
  readonly bytes: number;
}

/** PVFs that this agent has: in memory the least recently used make room, on disk they stay. All are known by their hash. */
export class Codes {
  readonly #executor: Executor;
  readonly #directory: string | undefined;
  readonly #logger: Logger;
  readonly #limit: number;
  readonly #loaded = new Map<string, Loaded>();
  #bytes = 0;

  constructor(executor: Executor, directory: string | undefined, logger: Logger, limit = DEFAULT_BYTES) {
    this.#executor = executor;
    this.#directory = directory;
    this.#logger = logger;
    this.#limit = limit;
  }

  get count(): number {
    return this.#loaded.size;
  }

  /** Partitions in which jobs for what is loaded lie. */
  get partitions(): Set<number> {
    return new Set([...this.#loaded.keys()].map(partitionOf));
  }

  has(hash: string): boolean {
    return this.#loaded.has(hash);
  }

  /**
   * @param bytes length that the job says
   * @param fetch from the cluster; what it brings counts only if it has the hash
   */
  async get(hash: string, bytes: number, fetch: () => Promise<Uint8Array | null>): Promise<PvfCode> {
    const known = this.#loaded.get(hash);
    if (known !== undefined) {
      this.#loaded.delete(hash);
      this.#loaded.set(hash, known);
      return await known.code;
    }
    const code = this.#load(hash, fetch);
    this.#loaded.set(hash, { code, bytes });
    this.#bytes += bytes;
    this.#makeRoom(hash);
    code.catch(() => this.#drop(hash));
    return await code;
  }

  async #load(hash: string, fetch: () => Promise<Uint8Array | null>): Promise<PvfCode> {
    const bytes = (await this.#fromDisk(hash)) ?? (await this.#fromCluster(hash, fetch));
    return await this.#executor.importCode(bytes);
  }

  async #fromDisk(hash: string): Promise<Uint8Array | undefined> {
    if (this.#directory === undefined) return undefined;
    const bytes = await readFile(join(this.#directory, hash)).catch(() => undefined);
    return bytes !== undefined && isCode(bytes, hash) ? new Uint8Array(bytes) : undefined;
  }

  async #fromCluster(hash: string, fetch: () => Promise<Uint8Array | null>): Promise<Uint8Array> {
    const bytes = await fetch();
    if (bytes === null) throw new Error(`the cluster has no PVF with hash 0x${hash}`);
    if (!isCode(bytes, hash)) throw new Error(`what the cluster has as PVF 0x${hash} has another hash`);
    await this.#toDisk(hash, bytes);
    return bytes;
  }

  /** A disk that is full only means that the PVF is fetched again after the next start. */
  async #toDisk(hash: string, bytes: Uint8Array): Promise<void> {
    if (this.#directory === undefined) return;
    const path = join(this.#directory, hash);
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await writeFile(`${path}.new`, bytes);
      await rename(`${path}.new`, path);
    } catch (error) {
      this.#logger.warn({ codeHash: hash, error: String(error) }, 'a PVF could not be kept on disk');
    }
  }

  #makeRoom(newest: string): void {
    for (const hash of this.#loaded.keys()) {
      if (this.#bytes <= this.#limit || hash === newest) return;
      this.#drop(hash);
    }
  }

  #drop(hash: string): void {
    const loaded = this.#loaded.get(hash);
    if (loaded !== undefined && this.#loaded.delete(hash)) this.#bytes -= loaded.bytes;
  }
}

function isCode(bytes: Uint8Array, hash: string): boolean {
  return toHex(codeHash(bytes)) === hash;
}
