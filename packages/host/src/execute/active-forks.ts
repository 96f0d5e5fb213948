/** Hashes that left the active forks are remembered up to this number: more than an hour of relay chain. */
const MAX_LEFT = 1_000;

/** The relay chain's active leaves with those of their ancestors whose candidates may still be backed. Hex hashes. */
export class ActiveForks {
  readonly #leaves = new Map<string, ReadonlySet<string>>();
  readonly #left = new Set<string>();

  update(change: { activated?: { hash: string; ancestors: string[] }; deactivated: string[] }): void {
    for (const hash of change.deactivated) {
      for (const each of [hash, ...(this.#leaves.get(hash) ?? [])]) this.#left.add(each);
      this.#leaves.delete(hash);
    }
    if (change.activated !== undefined) {
      this.#leaves.set(change.activated.hash, new Set(change.activated.ancestors));
    }
    for (const hash of this.#left)
      if (this.contains(hash) || this.#left.size > MAX_LEFT) this.#left.delete(hash);
  }

  contains(hash: string): boolean {
    for (const [leaf, ancestors] of this.#leaves) if (leaf === hash || ancestors.has(hash)) return true;
    return false;
  }

  /** Whether it was in an active fork and is in none now; a hash of which nobody has told yet may still come. */
  hasLeft(hash: string): boolean {
    return this.#left.has(hash);
  }
}
