/** Fails the property with the rule that does not hold; fast-check prints seed and shrunken sequence. */
export function must(holds: boolean, rule: string): void {
  if (!holds) throw new Error(`queue, pool and workers do not keep their rule: ${rule}`);
}

/** Where a check that fails in a callback, which nobody awaits, is kept until the next one that somebody does. */
export class Notes {
  #first: unknown;

  taking(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#first ??= error;
    }
  }

  /** @throws what failed first */
  read(): void {
    if (this.#first !== undefined) throw this.#first;
  }
}
