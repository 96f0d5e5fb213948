import type { PvfCode, PvfHost } from '@pvf/host';
import { bareHash } from '../convert/index.ts';
import { ProblemError } from '../problem.ts';
import type { StoredCode, StoredCodes } from '../schemas/index.ts';

interface Entry {
  readonly code: PvfCode;
  readonly bytes: Uint8Array;
  readonly uploadedAt: number;
  usedAt: number;
}

/** Uploaded code, in memory. The least recently used makes room; what a request uses stays for it all the same. */
export class Codes {
  readonly #host: PvfHost;
  readonly #limit: number;
  /** By hash without 0x, the least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  /** @param limit of all code together, bytes */
  constructor(host: PvfHost, limit: number) {
    this.#host = host;
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * @param expected the hash that it must have, with 0x
   * @throws ProblemError CODE_HASH_DIFFERS, BODY_TOO_LARGE
   */
  async add(body: Uint8Array, expected?: string): Promise<{ stored: StoredCode; added: boolean }> {
    if (body.byteLength > this.#limit)
      throw new ProblemError('BODY_TOO_LARGE', `all uploaded code together may have ${this.#limit} bytes`);
    const known = expected === undefined ? undefined : this.#entries.get(bareHash(expected));
    // What is there already is compared by its bytes.
    if (known !== undefined && Buffer.compare(known.bytes, body) === 0)
      return { stored: this.#use(known), added: false };
    const bytes = new Uint8Array(new SharedArrayBuffer(body.byteLength));
    bytes.set(body);
    const code = await this.#host.importCode(bytes);
    if (expected !== undefined && bareHash(expected) !== code.hash)
      throw new ProblemError(
        'CODE_HASH_DIFFERS',
        `the code has the hash 0x${code.hash}; was it cut off or changed?`,
        {
          meta: { expected, found: `0x${code.hash}` },
        },
      );
    const present = this.#entries.get(code.hash);
    if (present !== undefined) return { stored: this.#use(present), added: false };
    this.#makeRoom(code.length);
    const now = Date.now();
    const entry = { code, bytes, uploadedAt: now, usedAt: now };
    this.#entries.set(code.hash, entry);
    this.#bytes += code.length;
    return { stored: describe(entry), added: true };
  }

  /** @throws ProblemError CODE_NOT_FOUND */
  get(hash: string): { code: PvfCode; bytes: Uint8Array; stored: StoredCode } {
    const entry = this.#find(hash);
    const stored = this.#use(entry);
    return { code: entry.code, bytes: entry.bytes, stored };
  }

  /** @throws ProblemError CODE_NOT_FOUND */
  remove(hash: string): void {
    this.#drop(this.#find(hash));
  }

  list(): StoredCodes {
    const codes = [...this.#entries.values()].reverse().map(describe);
    return { codes, bytes: this.#bytes, limitBytes: this.#limit };
  }

  #find(hash: string): Entry {
    const entry = this.#entries.get(bareHash(hash));
    if (entry !== undefined) return entry;
    throw new ProblemError(
      'CODE_NOT_FOUND',
      `code ${hash} is not here: upload it with PUT /v1/code/${hash}`,
      {
        meta: { codeHash: hash },
      },
    );
  }

  #use(entry: Entry): StoredCode {
    entry.usedAt = Date.now();
    this.#entries.delete(entry.code.hash);
    this.#entries.set(entry.code.hash, entry);
    return describe(entry);
  }

  #makeRoom(bytes: number): void {
    for (const entry of this.#entries.values()) {
      if (this.#bytes + bytes <= this.#limit) return;
      this.#drop(entry);
    }
  }

  #drop({ code }: Entry): void {
    this.#entries.delete(code.hash);
    this.#bytes -= code.length;
  }
}

function describe({ code, uploadedAt, usedAt }: Entry): StoredCode {
  return {
    codeHash: `0x${code.hash}`,
    length: code.length,
    uploadedAt: new Date(uploadedAt).toISOString(),
    usedAt: new Date(usedAt).toISOString(),
  };
}
