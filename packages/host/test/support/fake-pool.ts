import type { FromPool, ToPool } from '../../src/worker/messages.ts';

/** The pool's end of the channel: keeps what the queue said, and says what the test wants. */
export class FakePool<Spec, Work, Answer> {
  readonly messages: ToPool<Spec, Work>[] = [];
  reply: (message: FromPool<Answer>) => void = () => {};

  readonly handle = (message: ToPool<Spec, Work>): void => {
    this.messages.push(message);
  };

  /** Messages since the last call. */
  take(): ToPool<Spec, Work>[] {
    return this.messages.splice(0);
  }

  /** Answers every request to spawn, and returns the ids of those workers. */
  spawnAll(): number[] {
    const workers = this.take().flatMap((message) => (message.type === 'spawn' ? [message.worker] : []));
    for (const worker of workers) this.reply({ type: 'spawned', worker, pid: 1_000 + worker });
    return workers;
  }

  /** The work that was handed out since the last call, by worker. */
  started(): Map<number, Work> {
    return new Map(
      this.take().flatMap((message) =>
        message.type === 'start-work' ? [[message.worker, message.work]] : [],
      ),
    );
  }

  conclude(worker: number, answer: Answer, reusable = true): void {
    this.reply({ type: 'concluded', worker, answer, reusable });
  }
}
