/** The relay chain's active leaves with those of their ancestors whose candidates may still be backed. Hex hashes. */
export class ActiveForks {
  readonly #leaves = new Map<string, ReadonlySet<string>>();

  update(change: { activated?: { hash: string; ancestors: string[] }; deactivated: string[] }): void {
    for (const hash of change.deactivated) this.#leaves.delete(hash);
    if (change.activated !== undefined) {
      this.#leaves.set(change.activated.hash, new Set(change.activated.ancestors));
    }
  }

  contains(hash: string): boolean {
    for (const [leaf, ancestors] of this.#leaves) if (leaf === hash || ancestors.has(hash)) return true;
    return false;
  }
}
