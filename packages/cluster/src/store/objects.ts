import { type ObjectStore, setSha256Backend } from '@nats-io/obj';
import type { Connection } from '../connection/index.ts';
import { ClusterError } from '../errors.ts';
import { MAX_CODE_BYTES } from '../limits.ts';
import { BUCKETS, objectsStream } from '../names.ts';
import { Stalled, within } from './within.ts';

/** A server that is gone does not end what it was sending. */
const STALL_MS = 8_000;
const LIST_MS = 60_000;

// Hashes of objects, which the client computes on both ways: Node's are many times as fast as those in JavaScript.
setSha256Backend('native');

/** Where the pieces of an object are, by its own id. */
export const piecesSubject = (bucket: string, nuid: string): string => `$O.${bucket}.C.${nuid}`;

/** Where the word about an object is, by its name. */
export function metaSubject(bucket: string, name: string): string {
  return `$O.${bucket}.M.${Buffer.from(name).toString('base64').replaceAll('+', '-').replaceAll('/', '_')}`;
}

/** A hash as objects tell it. @param hash SHA-256, hex */
export function digestText(hash: string): string {
  return `SHA-256=${Buffer.from(hash, 'hex').toString('base64url')}=`;
}

/**
 * Reads an object, however slowly it comes.
 * @param limit bytes
 * @param hash SHA-256 that it must have, hex: the client compares what comes with what the object says
 * @returns null if there is none
 * @throws Stalled if nothing more of it comes, and others as they are
 */
export async function getObject(
  store: ObjectStore,
  name: string,
  limit: number = MAX_CODE_BYTES,
  hash?: string,
): Promise<Uint8Array | null> {
  const what = `reading the object ${name}`;
  const found = await within(STALL_MS * 2, what, store.get(name));
  if (found === null) return null;
  const reader = found.data.getReader();
  if (found.info.size > limit) {
    void reader.cancel().catch(() => {});
    throw new Error(`the object ${name} of ${found.info.size} bytes is larger than it may be (${limit})`);
  }
  if (hash !== undefined && found.info.digest !== digestText(hash)) {
    void reader.cancel().catch(() => {});
    throw new Error(`the object ${name} has another hash than it should have`);
  }
  const bytes = new Uint8Array(found.info.size);
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await within(STALL_MS, what, reader.read());
      if (done) break;
      if (length + value.length > bytes.length) throw new Error(`the object ${name} is longer than it says`);
      bytes.set(value, length);
      length += value.length;
    }
  } catch (error) {
    // Ends the consumer behind it; that may take as long as the servers are away.
    void reader.cancel().catch(() => {});
    throw error;
  }
  if (length < bytes.length) throw new Stalled(what);
  return bytes;
}

/** What makes room, for whoever is told. */
function roomIn(name: string): string {
  if (name === BUCKETS.code) return 'remove PVFs that no run needs (nats object rm PVF_CODE HASH)';
  if (name === BUCKETS.runs) return 'cancel runs that nobody goes on with';
  return 'fetch or cancel runs, let agents work off the backlog';
}

export function storeFull(name: string, cause?: unknown): ClusterError<'STORE_FULL'> {
  return new ClusterError(
    'STORE_FULL',
    { name },
    `the store ${name} is full: ${roomIn(name)}, or give it more room`,
    { cause },
  );
}

/** Removes an object with everything that tells of it: what the client's own `delete` leaves would add up. */
export async function removeObject(
  { jsm }: Connection,
  store: ObjectStore,
  bucket: string,
  name: string,
): Promise<void> {
  const info = await store.info(name);
  if (info === null) return;
  const stream = objectsStream(bucket);
  await jsm.streams.purge(stream, { filter: piecesSubject(bucket, info.nuid) });
  await jsm.streams.purge(stream, { filter: metaSubject(bucket, name) });
}

/** Removes those whose names are meant. */
export async function removeObjects(
  connection: Connection,
  store: ObjectStore,
  bucket: string,
  isMeant: (name: string) => boolean,
): Promise<void> {
  const all = await within(LIST_MS, 'listing objects', store.list());
  for (const { name } of all) if (isMeant(name)) await removeObject(connection, store, bucket, name);
}
