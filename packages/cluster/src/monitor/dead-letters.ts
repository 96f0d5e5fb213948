import type { JetStreamManager } from '@nats-io/jetstream';
import { STREAMS } from '../names.ts';
import { type Info, infoOf } from './info.ts';

const SHOWN = 20;
/** Places that are looked at for them: some may be empty. */
const LOOKED_AT = 40;
const SUBJECT = /^pvf\.dead\.([\w-]{1,64}\.\d{1,15}\.\d{1,2})$/;

/** Jobs that no agent could answer. Each is as large as its PoV, so that those which were seen are not read again. */
export class DeadLetters {
  #newest: readonly { readonly seq: number; readonly name: string }[] = [];
  #made = '';
  #seen = 0;

  /**
   * How many there are, and the newest: run, index, replica.
   * @throws the signal's reason, and what the client's requests do
   */
  async read(jsm: JetStreamManager, signal: AbortSignal): Promise<{ total: number; newest: string[] }> {
    const info = await infoOf(jsm, STREAMS.dead);
    if (info === undefined) return { total: 0, newest: [] };
    const { first_seq, last_seq, messages } = info.state;
    this.#forget(info);
    const found: { seq: number; name: string }[] = [];
    const from = Math.max(first_seq, this.#seen + 1, last_seq - LOOKED_AT + 1, 1);
    for (let seq = last_seq; seq >= from && found.length < SHOWN; seq -= 1) {
      signal.throwIfAborted();
      const [, name] =
        SUBJECT.exec((await jsm.streams.getMessage(STREAMS.dead, { seq }))?.subject ?? '') ?? [];
      if (name !== undefined) found.push({ seq, name });
    }
    this.#newest = [...found, ...this.#newest].slice(0, SHOWN);
    this.#seen = last_seq;
    return { total: messages, newest: this.#newest.map(({ name }) => name) };
  }

  #forget({ created, state: { first_seq, last_seq } }: Info): void {
    if (created !== this.#made || last_seq < this.#seen) {
      this.#newest = [];
      this.#seen = 0;
    }
    this.#made = created;
    this.#newest = this.#newest.filter(({ seq }) => seq >= first_seq);
  }
}
