/** Longest interval of a Node timer: 2^31 - 1 ms (Node's `lib/internal/timers.js`, TIMEOUT_MAX). */
const FOREVER_MS = 2 ** 31 - 1;

/**
 * Keeps Node's event loop alive while somebody waits for the host, and only then.
 *
 * Everything else of the host that the loop would wait for (timers, sockets, worker processes) is unref'd: so a
 * program whose only pending thing is a request lives until the request's outcome, and one that forgets `close()`
 * ends when it has nothing left to do.
 */
export class KeepAlive {
  #holders = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Node stays alive until `task` settles. */
  async during<T>(task: () => Promise<T>): Promise<T> {
    this.#holders += 1;
    this.#timer ??= setInterval(() => {}, FOREVER_MS);
    try {
      return await task();
    } finally {
      this.#holders -= 1;
      if (this.#holders === 0) {
        clearInterval(this.#timer);
        this.#timer = undefined;
      }
    }
  }
}
