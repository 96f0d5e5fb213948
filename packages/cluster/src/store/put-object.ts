import { headers, nuid } from '@nats-io/nats-core';
import type { ObjectStore } from '@nats-io/obj';
import { type Connection, failureOf } from '../connection/index.ts';
import { objectsStream } from '../names.ts';
import { sha256 } from '../records/parts.ts';
import { digestText, metaSubject, piecesSubject, storeFull } from './objects.ts';

/** Servers take messages of 1 MiB unless told otherwise. Bytes. */
const PIECE_BYTES = 512 * 1024;
const PIECES_AT_ONCE = 8;
const TIMEOUT_MS = 10_000;

/**
 * Puts an object as the client's `putBlob` does (NATS ADR-20), which waits for each piece before it sends the next, and copies and
 * hashes all of them once more: for a PoV that took most of the time. The same object again does nothing wrong.
 * @param hash SHA-256 of the bytes, hex
 * @throws ClusterError STORE_FULL and others as they are
 */
export async function putObject(
  { js, jsm }: Connection,
  store: ObjectStore,
  bucket: string,
  name: string,
  bytes: Uint8Array,
  hash: string = sha256(bytes),
): Promise<void> {
  const id = nuid.next();
  const stream = objectsStream(bucket);
  const options = { timeout: TIMEOUT_MS };
  const remove = (of: string) => jsm.streams.purge(stream, { filter: piecesSubject(bucket, of) });
  const underWay = new Set<Promise<unknown>>();
  let chunks = 0;
  try {
    const before = store.info(name);
    before.catch(() => {});
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = js.publish(piecesSubject(bucket, id), bytes.subarray(at, at + PIECE_BYTES), options);
      underWay.add(piece);
      piece.then(() => underWay.delete(piece)).catch(() => {});
      chunks += 1;
      if (underWay.size >= PIECES_AT_ONCE) await Promise.race(underWay);
    }
    await Promise.all(underWay);
    const old = await before;
    const only = headers();
    only.set('Nats-Rollup', 'sub');
    const info = {
      name,
      bucket,
      nuid: id,
      size: bytes.length,
      chunks,
      digest: digestText(hash),
      mtime: new Date().toISOString(),
      deleted: false,
      options: { max_chunk_size: PIECE_BYTES },
    };
    await js.publish(metaSubject(bucket, name), JSON.stringify(info), { ...options, headers: only });
    if (old !== null && !old.deleted) await remove(old.nuid).catch(() => {});
  } catch (error) {
    await Promise.allSettled(underWay);
    await remove(id).catch(() => {});
    throw failureOf(error) === 'full' ? storeFull(bucket, error) : error;
  }
}
