/** The newest items by id, at most so many; an item that comes again (a replay) changes nothing. */
export class Recent<T extends { readonly id: string }> {
  readonly #most: number;
  readonly #byId = new Map<string, T>();
  #list: readonly T[] | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  /** @returns whether it is new */
  add(item: T): boolean {
    if (this.#byId.has(item.id)) return false;
    this.#byId.set(item.id, item);
    this.#list = undefined;
    if (this.#byId.size > this.#most) {
      const [oldest] = this.#byId.keys();
      if (oldest !== undefined) this.#byId.delete(oldest);
    }
    return true;
  }

  /** Newest first; the same array until something is added. */
  get list(): readonly T[] {
    this.#list ??= [...this.#byId.values()].reverse();
    return this.#list;
  }
}
