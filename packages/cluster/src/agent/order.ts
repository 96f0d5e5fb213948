import { PARTITIONS } from '../names.ts';

/** So often in a row an agent takes what it has loaded before it looks elsewhere first: no PVF waits forever. */
const PREFERRED_IN_A_ROW = 32;

/** In which order an agent asks the partitions: those of PVFs that it has loaded first, the others beginning with its own. */
export class PartitionOrder {
  #row = 0;
  #turn: number;

  /** @param start where this agent begins; others begin elsewhere */
  constructor(start: number) {
    this.#turn = start % PARTITIONS;
  }

  order(loaded: ReadonlySet<number>): number[] {
    const all = Array.from({ length: PARTITIONS }, (_, index) => (this.#turn + index) % PARTITIONS);
    const preferred = all.filter((partition) => loaded.has(partition));
    const others = all.filter((partition) => !loaded.has(partition));
    return this.#row >= PREFERRED_IN_A_ROW ? [...others, ...preferred] : [...preferred, ...others];
  }

  /** Something came from this partition. */
  took(partition: number, loaded: ReadonlySet<number>): void {
    if (loaded.has(partition) && this.#row < PREFERRED_IN_A_ROW) {
      this.#row += 1;
      return;
    }
    this.#row = 0;
    this.#turn = (partition + 1) % PARTITIONS;
  }
}
