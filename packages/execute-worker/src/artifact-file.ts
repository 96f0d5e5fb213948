import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type ArtifactParts, splitArtifact } from '@pvf/executor';
import { artifactChecksum, withoutArtifactRecord } from '@pvf/protocol';

type Loaded = { readonly type: 'loaded'; readonly parts: ArtifactParts } | { readonly type: 'corrupted' };

/**
 * The file `artifact` of the worker dir, which the host replaces before each request. Bytes whose checksum was
 * verified are kept while the same file lies there, so that one PVF's candidates in a row read and hash it once.
 */
export class ArtifactFile {
  readonly #path: string;
  #kept:
    | { readonly identity: string; readonly checksum: Uint8Array; readonly parts: ArtifactParts }
    | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * The artifact with the checksum that the host expects.
   *
   * @returns `corrupted` when the file has another checksum
   * @throws Error of node:fs when the file cannot be read
   */
  load(checksum: Uint8Array): Loaded {
    const fd = openSync(this.#path, 'r');
    try {
      const { dev, ino, size, mtimeNs } = fstatSync(fd, { bigint: true });
      const identity = `${dev} ${ino} ${size} ${mtimeNs}`;
      if (this.#kept?.identity === identity && equal(this.#kept.checksum, checksum)) {
        return { type: 'loaded', parts: this.#kept.parts };
      }
      this.#kept = undefined;
      const bytes = readWhole(fd, Number(size));
      if (!equal(artifactChecksum(bytes), checksum)) return { type: 'corrupted' };
      const parts = partsOf(bytes);
      // The checksum lies in the request's buffer, which the next request overwrites.
      this.#kept = { identity, checksum: checksum.slice(), parts };
      return { type: 'loaded', parts };
    } finally {
      closeSync(fd);
    }
  }
}

/**
 * The parts of a file with the right checksum. One that is no artifact all the same was made by a hijacked prepare
 * job or by another engine: the execute job finds out and answers RuntimeConstruction.
 */
function partsOf(bytes: Uint8Array): ArtifactParts {
  try {
    return splitArtifact(withoutArtifactRecord(bytes));
  } catch {
    return { header: bytes, wasm: new Uint8Array(0), code: new ArrayBuffer(0) };
  }
}

function readWhole(fd: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const n = readSync(fd, bytes, at, size - at, at);
    if (n === 0) break;
    at += n;
  }
  return bytes.subarray(0, at);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
