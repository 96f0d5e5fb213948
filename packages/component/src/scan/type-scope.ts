import type { Reader } from '../binary/reader.ts';
import { checkLimit } from './limits.ts';

/** A type with all that it is made of. Types contain earlier ones only, so there are no cycles. */
export type Type = ValueType | FuncType | InstanceType;
export interface ValueType {
  readonly kind: 'value';
  /** How it is written, labels included. Kept only while it is short enough to be compared. */
  readonly text: string;
  readonly depth: number;
  readonly size: number;
}
export interface FuncType {
  readonly kind: 'func';
  readonly text: string;
}
export interface InstanceType {
  readonly kind: 'instance';
  readonly exports: ReadonlyMap<string, Type>;
}

/** One index space of types, and the one around it. */
export class TypeScope {
  readonly types: Type[] = [];
  readonly outer: TypeScope | undefined;
  /** Of the whole component. */
  readonly #counter: { types: number; items: number };

  constructor(outer?: TypeScope) {
    this.outer = outer;
    this.#counter = outer === undefined ? { types: 0, items: 0 } : outer.#counter;
  }

  /** Notes `items` more declarations, whatever they declare. */
  count(items: number): number {
    this.#counter.items += items;
    checkLimit('items of a component', this.#counter.items);
    return items;
  }

  add(type: Type): void {
    checkLimit('types', ++this.#counter.types);
    this.types.push(type);
  }

  get(reader: Reader, index: number): Type {
    return this.types[index] ?? reader.fail(`there is no type ${index}`);
  }

  value(reader: Reader, index: number): ValueType {
    const type = this.get(reader, index);
    return type.kind === 'value' ? type : reader.fail(`type ${index} is not the type of a value`);
  }
}
