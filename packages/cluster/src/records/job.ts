import Type, { type Static } from 'typebox';
import type { Place } from '../names.ts';
import { badRecord, checker, packMessage, unpackMessage } from './message.ts';
import { Attached, Count, exact, Hash, MAX_REPLICAS, Name, optional, sha256 } from './parts.ts';
import { RequestRecord } from './request.ts';

const JobHead = exact({
  format: Type.Literal(1),
  run: Name,
  index: Count,
  replica: Type.Integer({ minimum: 0, maximum: MAX_REPLICAS - 1 }),
  replicas: Type.Integer({ minimum: 1, maximum: MAX_REPLICAS }),
  code: exact({ hash: Hash, bytes: Type.Integer({ minimum: 1, maximum: 64 * 1024 * 1024 }) }),
  request: RequestRecord,
  pov: optional(Attached),
});
/** A job as it lies in the queue. */
export type JobHead = Static<typeof JobHead>;

export interface JobRecord {
  readonly head: JobHead;
  /** Block data that came with the record; undefined if it is an object of its own, or there is none. */
  readonly inline: Uint8Array | undefined;
}

const check = checker('a job', JobHead);

export function packJob({ head, inline }: JobRecord): Uint8Array {
  return packMessage(head, inline);
}

/**
 * Everything that does not depend on other records is checked here; the host checks the request itself.
 * @throws ClusterError BAD_RECORD
 */
export function parseJob(message: Uint8Array): JobRecord {
  const { head: value, bytes } = unpackMessage('a job', message);
  const head = check(value);
  if (head.replica >= head.replicas) throw badRecord('a job', 'replica is not below replicas');
  if ((head.request.task === 'validate') !== (head.pov !== undefined))
    throw badRecord('a job', 'a candidate has a PoV, and a PVF has none');
  const inline = head.pov?.inline === true;
  if (bytes.length !== (inline ? head.pov?.bytes : 0))
    throw badRecord('a job', 'its bytes are not as many as it says');
  return { head, inline: inline ? bytes : undefined };
}

/** Names what is asked: the same for all answers to a candidate, another one for whatever else could be asked. */
export function digestOf({ code, request, pov }: Pick<JobHead, 'code' | 'request' | 'pov'>): string {
  return sha256(Buffer.from(JSON.stringify([code.hash, request, pov?.bytes, pov?.sha256])));
}

export function placeOf({ run, index, replica }: Place): Place {
  return { run, index, replica };
}
