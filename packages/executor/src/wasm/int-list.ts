/** A growable list of 32-bit integers: 4 bytes each, however many a hostile module makes us keep. */
export class IntList {
  items = new Int32Array(64);
  length = 0;

  push(value: number): void {
    if (this.length === this.items.length) this.#grow();
    this.items[this.length++] = value;
  }

  at(index: number): number {
    return this.items[index]!;
  }

  #grow(): void {
    const grown = new Int32Array(this.items.length * 2);
    grown.set(this.items);
    this.items = grown;
  }
}
