// What a load under kills is held to: each definite answer is the recorded one, with the recorded head, and an answer without a
// verdict is one that a killed process may come to.
import { expectedOf } from '../../bench/support/load.mjs';

const SHOWN_CHARS = 100;

export class Judge {
  #undecided;
  counts = { right: 0, wrong: 0, undecided: 0 };

  /** @param undecided how answers begin that a killed process may come to; any other one without a verdict is wrong */
  constructor(undecided) {
    this.#undecided = undecided;
  }

  /**
   * Counts an answer.
   *
   * @param pvf its name
   * @param candidate with its file, and the answer that is recorded for it
   * @param said `{ answer, head }`, as a side of `bench/support/sides.mjs` gives it
   * @returns undefined, or what is to be told of the answer
   */
  judge(pvf, candidate, { answer, head }) {
    const name = `${pvf} ${candidate.file}`;
    const recorded = inWords(expectedOf(candidate), candidate.expectedJob.ok?.head);
    const said = inWords(answer, head === undefined ? undefined : Buffer.from(head).toString('hex'));
    if (said === recorded) {
      this.counts.right += 1;
      return undefined;
    }
    if (this.#undecided.some((start) => answer.startsWith(start))) {
      this.counts.undecided += 1;
      return `${name}: ${said}`;
    }
    this.counts.wrong += 1;
    return `${name}: ${said.slice(0, SHOWN_CHARS)} instead of ${recorded.slice(0, SHOWN_CHARS)}`;
  }

  /** Whether nothing was wrong, and no more went without a verdict than processes were killed. */
  isContent(kills) {
    return this.counts.wrong === 0 && this.counts.undecided <= kills;
  }
}

const inWords = (answer, head) => (head === undefined ? answer : `${answer} ${head}`);
