/**
 * The artifacts whose files a worker was given last: it has them for as long as they are among as many as it remembers
 * (`remembersArtifacts`), and asks for one that it has lost all the same. One process's; another has been given nothing.
 */
export class GivenArtifacts {
  /** Path and checksum: an artifact that was made anew is another one. */
  readonly #keys = new Set<string>();

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** @param most that the worker remembers: those that were given earliest are forgotten */
  add(key: string, most: number): void {
    this.#keys.delete(key);
    this.#keys.add(key);
    for (const oldest of this.#keys) {
      if (this.#keys.size <= most) break;
      this.#keys.delete(oldest);
    }
  }

  remove(key: string): void {
    this.#keys.delete(key);
  }
}
