import type { Result } from './scale.ts';

/** A guest of the canonical ABI in JavaScript: allocates upwards, lays out results. */
export class Guest {
  #next = 1_024;
  memory: WebAssembly.Memory | undefined;

  readonly realloc = (_old: number, _oldSize: number, align: number, size: number): number => {
    const pointer = Math.ceil(this.#next / align) * align;
    this.#next = pointer + size;
    return pointer;
  };

  get view(): DataView {
    return new DataView(this.memory!.buffer);
  }

  put(bytes: Uint8Array): readonly [pointer: number, length: number] {
    const pointer = this.realloc(0, 0, 1, bytes.length);
    new Uint8Array(this.memory!.buffer).set(bytes, pointer);
    return [pointer, bytes.length];
  }

  words(...words: readonly number[]): number {
    const pointer = this.realloc(0, 0, 4, words.length * 4);
    for (const [index, word] of words.entries()) this.view.setUint32(pointer + index * 4, word, true);
    return pointer;
  }

  /** `ok` of a result, in the layout of the canonical ABI. Returns its address. */
  ok(result: Result): number {
    const { upward = [], horizontal = [] } = result;
    const upwardList = this.words(...upward.flatMap((message) => this.put(message)));
    const horizontalList = this.words(...horizontal.flatMap(([to, data]) => [to, ...this.put(data)]));
    return this.words(
      0,
      ...this.put(result.head),
      result.code === undefined ? 0 : 1,
      ...(result.code === undefined ? [0, 0] : this.put(result.code)),
      upwardList,
      upward.length,
      horizontalList,
      horizontal.length,
      result.downward ?? 0,
      result.watermark ?? 0,
    );
  }

  error(text: string): number {
    return this.words(1, ...this.put(Buffer.from(text)), 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }
}
