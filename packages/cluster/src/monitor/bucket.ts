import type { StoredMsg } from '@nats-io/jetstream';

/** The subject of every key of a bucket; how the client's own buckets lay them out. */
export function keysOf(bucket: string): string {
  return `$KV.${bucket}.>`;
}

export function keyIn(bucket: string, subject: string): string {
  return subject.slice(keysOf(bucket).length - 1);
}

/** Whether it marks that its key was taken away. */
export function isRemoved({ header }: StoredMsg): boolean {
  return header.has('KV-Operation');
}
