import { randomBytes } from 'node:crypto';
import { ftruncateSync, writeSync } from 'node:fs';
import { open, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { artifactChecksum, artifactRecord, hasArtifactRecord, type PrepareError } from '@pvf/protocol';
import { createBLAKE2b, type IHasher } from 'hash-wasm';
import { type ArtifactIdentity, artifactFileName, type RecordedBy } from '../artifact-identity.ts';
import { fromHex, toHex } from '../hex.ts';

/** What became of an artifact that should be put in its place. */
export type Promoted = { ok: true; path: string; size: number } | { ok: false; error: PrepareError };

/** Work that is done off the main thread. Bytes come in shared memory; only small values are copied. */
export interface Tasks {
  /** blake2-256 of the pieces one after the other, hex. */
  hash: { input: { parts: readonly Uint8Array[] }; output: string };
  /** Shared memory of so many bytes, every page of which is there: making it takes milliseconds where it is large. */
  allocate: { input: { length: number }; output: SharedArrayBuffer };
  /** Writes the pieces to a file that nobody else writes to, which holds nothing else then. Rejects with Node's error. */
  write: { input: { fd: number; parts: readonly Uint8Array[] }; output: undefined };
  /** Moves what a prepare worker wrote to its place among the artifacts. */
  promote: {
    input: {
      tmpPath: string;
      cacheDir: string;
      identity: ArtifactIdentity;
      checksum: Uint8Array;
      recordedBy: RecordedBy;
    };
    output: Promoted;
  };
  /** Whether a file is there, has this checksum (hex) and, with a worker's record, was made from what its identity says. */
  verify: {
    input: { path: string; identity: ArtifactIdentity; checksum: string; recordedBy: RecordedBy };
    output: boolean;
  };
}

const HASH_BITS = 256;
const NONCE_BYTES = 4;

let hasher: Promise<IHasher> | undefined;

export async function hash({ parts }: Tasks['hash']['input']): Promise<Tasks['hash']['output']> {
  hasher ??= createBLAKE2b(HASH_BITS);
  const state = (await hasher).init();
  for (const part of parts) state.update(part);
  return state.digest('hex');
}

export async function allocate({ length }: Tasks['allocate']['input']): Promise<Tasks['allocate']['output']> {
  const buffer = new SharedArrayBuffer(length);
  new Uint8Array(buffer).fill(0);
  return buffer;
}

export async function write({ fd, parts }: Tasks['write']['input']): Promise<Tasks['write']['output']> {
  try {
    ftruncateSync(fd);
    let end = 0;
    for (const part of parts)
      for (let at = 0; at < part.byteLength; ) {
        const n = writeSync(fd, part, at, part.byteLength - at, end);
        at += n;
        end += n;
      }
  } catch (error) {
    ftruncateSync(fd);
    throw error;
  }
}

export async function promote({
  tmpPath,
  cacheDir,
  identity,
  checksum,
  recordedBy,
}: Tasks['promote']['input']): Promise<Tasks['promote']['output']> {
  const expected = toHex(checksum);
  let size: number;
  try {
    const file = await open(tmpPath, 'r+');
    try {
      const content = await file.readFile();
      if (toHex(artifactChecksum(content)) !== expected) {
        return failed({
          type: 'IoErr',
          value: 'the artifact on disk is not the one that the worker announced',
        });
      }
      if (recordedBy === 'worker' && !hasArtifactRecord(content, recordOf(identity)))
        return failed({ type: 'IoErr', value: 'the artifact on disk was not made from this PVF' });
      size = content.byteLength;
      await file.chmod(0o400);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    return failed({ type: 'IoErr', value: `cannot read and sync the new artifact: ${error}` });
  }
  const path = join(
    cacheDir,
    artifactFileName(identity, expected, randomBytes(NONCE_BYTES).toString('hex'), recordedBy),
  );
  try {
    await rename(tmpPath, path);
    await syncDir(dirname(path));
  } catch (error) {
    return failed({ type: 'RenameTmpFile', err: String(error), src: tmpPath, dest: path });
  }
  return { ok: true, path, size };
}

export async function verify({
  path,
  identity,
  checksum,
  recordedBy,
}: Tasks['verify']['input']): Promise<Tasks['verify']['output']> {
  try {
    if (!(await stat(path)).isFile()) return false;
    const file = await open(path, 'r');
    try {
      const content = await file.readFile();
      if (toHex(artifactChecksum(content)) !== checksum) return false;
      return recordedBy === 'host' || hasArtifactRecord(content, recordOf(identity));
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}

function recordOf({ codeHash, prepHash }: ArtifactIdentity): Uint8Array {
  return artifactRecord(fromHex(codeHash), fromHex(prepHash));
}

/** Makes the new name durable. */
async function syncDir(path: string): Promise<void> {
  const dir = await open(path, 'r');
  try {
    await dir.sync();
  } finally {
    await dir.close();
  }
}

function failed(error: PrepareError): { ok: false; error: PrepareError } {
  return { ok: false, error };
}
