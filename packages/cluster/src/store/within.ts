import { errors } from '@nats-io/nats-core';

/**
 * Nothing came: a server that went away took with it who would have answered. The client's own iterators (objects,
 * histories) then wait for ever. What failed so may succeed in a while.
 */
export class Stalled extends errors.TimeoutError {
  constructor(what: string) {
    super();
    this.message = `${what}: nothing comes`;
  }
}

/** @throws Stalled after so many milliseconds; what `promise` then becomes is nobody's */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Stalled(what)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    promise.catch(() => {});
  }
}
