import { closeSync, fstatSync, openSync } from 'node:fs';
import { type ArtifactParts, artifactLayout } from '@pvf/executor';
import { type MappedMemory, mapPrivateFile, unmapMemory, viewOf } from '@pvf/linux';
import { artifactChecksum, withoutArtifactRecord } from '@pvf/protocol';

/** A file whose checksum was right. The descriptor is kept, so that no other file can get its number. */
interface Known {
  readonly fd: number;
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly checksum: Uint8Array;
}

/**
 * The file `artifact` of the worker dir, which the host replaces before each request, or gives once. Each file is verified once, for
 * as long as it keeps its number, size and time of change of its content. (The time of change of its inode is another
 * one with every link that the host makes.) Nobody but the host's user can write to it.
 */
export class ArtifactFiles {
  readonly #path: string;
  readonly #maxKnown: number;
  readonly #known = new Map<string, Known>();

  /** @param maxKnown files that were verified and are told from others; each costs a descriptor. 0: verify each time */
  constructor(path: string, maxKnown: number) {
    this.#path = path;
    this.#maxKnown = maxKnown;
  }

  /**
   * The artifact with the checksum that the host expects. Whoever is done with it calls `unmap`.
   *
   * @returns `undefined` when the file has another checksum
   * @throws Error of node:fs or SandboxError when the file cannot be read
   */
  open(checksum: Uint8Array): ArtifactFile | undefined {
    const fd = openSync(this.#path, 'r');
    let kept = false;
    try {
      const { dev, ino, size: bigSize, mtimeNs } = fstatSync(fd, { bigint: true });
      const id = `${dev} ${ino}`;
      const size = Number(bigSize);
      const known = this.#known.get(id);
      if (known !== undefined) {
        this.#known.delete(id);
        if (known.size === size && known.mtimeNs === mtimeNs) {
          this.#known.set(id, known);
          return equal(known.checksum, checksum) ? new ArtifactFile(known.fd, size) : undefined;
        }
        closeSync(known.fd);
      }
      const file = new ArtifactFile(fd, size);
      if (!equal(artifactChecksum(file.bytes()), checksum)) {
        file.unmap();
        return undefined;
      }
      if (this.#maxKnown === 0) return file;
      this.#forgetOld();
      // The checksum lies in the request's buffer, which the next request overwrites.
      this.#known.set(id, { fd, size, mtimeNs, checksum: checksum.slice() });
      kept = true;
      return file;
    } finally {
      if (!kept) closeSync(fd);
    }
  }

  /**
   * An artifact that was given before, without its file now: as it was when it was verified, or it is forgotten.
   *
   * @returns `undefined` when there is none
   * @throws Error of node:fs when an open file cannot be looked at
   */
  known(checksum: Uint8Array): ArtifactFile | undefined {
    // Of several the last: the host has made the artifact anew, perhaps because something is wrong with the file before.
    const found = [...this.#known].findLast(([, each]) => equal(each.checksum, checksum));
    if (found === undefined) return undefined;
    const [id, { fd, size, mtimeNs }] = found;
    const now = fstatSync(fd, { bigint: true });
    // Not moved up: the host counts what it has given, not what was used of it.
    if (Number(now.size) === size && now.mtimeNs === mtimeNs) return new ArtifactFile(fd, size);
    closeSync(fd);
    this.#known.delete(id);
    return undefined;
  }

  /** Makes room for one more; files that the host has removed go first, so that their space on disk is free. */
  #forgetOld(): void {
    for (const [id, { fd }] of this.#known) {
      const removed = fstatSync(fd).nlink === 0;
      if (!removed && this.#known.size < this.#maxKnown) continue;
      closeSync(fd);
      this.#known.delete(id);
    }
  }
}

/** One verified artifact, mapped when it is looked into. */
export class ArtifactFile {
  readonly #fd: number;
  /** Of the file, in bytes. */
  readonly size: number;
  #memory: MappedMemory | undefined;

  constructor(fd: number, size: number) {
    this.#fd = fd;
    this.size = size;
  }

  /**
   * All of it, valid until `unmap`.
   *
   * @throws Error of node:fs or SandboxError when the file cannot be read
   */
  bytes(): Uint8Array {
    // There is no mapping without a byte.
    if (this.size === 0) return new Uint8Array(0);
    this.#memory ??= mapPrivateFile(this.#fd, this.size);
    return this.#memory.bytes;
  }

  /**
   * The artifact's parts, valid until `unmap`; processes that are forked meanwhile have them too. A file that is no
   * artifact in spite of its checksum was made by a hijacked prepare job or by another engine: the execute job finds out
   * and answers RuntimeConstruction.
   *
   * @throws Error of node:fs or SandboxError when the file cannot be read
   */
  parts(): ArtifactParts {
    const bytes = this.bytes();
    try {
      const { header, wasm, code } = artifactLayout(withoutArtifactRecord(bytes));
      const [start, end] = code;
      return {
        header: bytes.subarray(...header),
        wasm: bytes.subarray(...wasm),
        code: start === end ? new ArrayBuffer(0) : viewOf(this.#memory!.address + start, end - start),
      };
    } catch {
      return { header: bytes, wasm: new Uint8Array(0), code: new ArrayBuffer(0) };
    }
  }

  /** To be called in each process that has it once nothing of it is needed any more. */
  unmap(): void {
    if (this.#memory !== undefined) unmapMemory(this.#memory);
    this.#memory = undefined;
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
