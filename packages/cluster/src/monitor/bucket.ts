import type { StoredMsg } from '@nats-io/jetstream';
import { keySubject } from '../names.ts';

/** The subject of every key of a bucket. */
export function keysOf(bucket: string): string {
  return keySubject(bucket, '>');
}

/** Of a subject that is a key's. */
export function keyIn(bucket: string, subject: string): string {
  return subject.slice(keySubject(bucket, '').length);
}

/** Whether it marks that its key was taken away. */
export function isRemoved({ header }: StoredMsg): boolean {
  return header.has('KV-Operation');
}
