import { type Part, shapeOf } from './codec.ts';
import { remaining } from './cursor.ts';
import { inside, readFault, valueFault } from './fault.ts';
import { length, u8 } from './primitives.ts';
import type { Shape } from './shape.ts';

// scale-ts has composites too. These differ in what they refuse (an option or result byte above 1, an unknown
// enum index, a count that the input cannot hold), in naming the field that failed, and in joining all bytes once
// instead of once per level, which for a 10 MB proof is most of the time.

function requireObject(value: unknown, expected: string): void {
  if (typeof value !== 'object' || value === null) throw valueFault(expected);
}

/** The fields of `T` in wire order. */
export type Fields<T> = { readonly [K in keyof T]-?: Part<T[K]> };

/** A struct: its fields one after the other. */
export function struct<T extends object>(fields: Fields<T>): Shape<T> {
  type Key = keyof T & string;
  const entries = (Object.entries(fields) as [Key, Part<T[Key]>][]).map(
    ([key, part]): [Key, Shape<T[Key]>] => [key, shapeOf(part)],
  );
  return {
    write(value, parts) {
      requireObject(value, 'an object');
      for (const [key, shape] of entries) {
        try {
          shape.write(value[key], parts);
        } catch (error) {
          throw inside(key, error);
        }
      }
    },
    read(cursor) {
      const value: Partial<T> = {};
      for (const [key, shape] of entries) {
        try {
          value[key] = shape.read(cursor);
        } catch (error) {
          throw inside(key, error);
        }
      }
      return value as T;
    },
  };
}

/** The wire index of each variant and the shape of its fields. */
export type Variants<T extends { readonly type: string }> = {
  readonly [K in T['type']]: readonly [
    index: number,
    fields: Fields<Omit<Extract<T, { readonly type: K }>, 'type'>>,
  ];
};

/** An enum whose variants have fields: `{ type: 'Variant', …fields }`. */
export function variants<T extends { readonly type: string }>(spec: Variants<T>): Shape<T> {
  const byName = new Map<string, { index: number; body: Shape<object> }>();
  const byIndex = new Map<number, { name: string; body: Shape<object> }>();
  for (const [name, [index, fields]] of Object.entries(spec) as [string, [number, Fields<object>]][]) {
    const body = struct<object>(fields);
    byName.set(name, { index, body });
    byIndex.set(index, { name, body });
  }
  const expected = `a type of ${[...byName.keys()].join(', ')}`;
  return {
    write(value, parts) {
      requireObject(value, `an object with ${expected}`);
      const variant = byName.get(value.type);
      if (variant === undefined) throw valueFault(expected);
      u8.write(variant.index, parts);
      try {
        variant.body.write(value, parts);
      } catch (error) {
        throw inside(value.type, error);
      }
    },
    read(cursor) {
      const offset = cursor.library.i;
      const index = u8.read(cursor);
      const variant = byIndex.get(index);
      if (variant === undefined) {
        throw readFault('UNKNOWN_VARIANT', offset, { index }, `no variant has index ${index}`);
      }
      try {
        return { type: variant.name, ...variant.body.read(cursor) } as unknown as T;
      } catch (error) {
        throw inside(variant.name, error);
      }
    },
  };
}

/** An enum without fields: the variant's name. */
export function names<N extends string>(spec: { readonly [K in N]: number }): Shape<N> {
  const byName = new Map<string, number>(Object.entries<number>(spec));
  const byIndex = new Map<number, string>([...byName].map(([name, index]) => [index, name]));
  const expected = `one of ${[...byName.keys()].join(', ')}`;
  return {
    write(value, parts) {
      const index = byName.get(value);
      if (index === undefined) throw valueFault(expected);
      u8.write(index, parts);
    },
    read(cursor) {
      const offset = cursor.library.i;
      const index = u8.read(cursor);
      const name = byIndex.get(index);
      if (name === undefined) {
        throw readFault('UNKNOWN_VARIANT', offset, { index }, `no variant has index ${index}`);
      }
      return name as N;
    },
  };
}

/** `Option<T>`: `undefined` is None. */
export function option<T>(part: Part<T>): Shape<T | undefined> {
  const item = shapeOf(part);
  return {
    write(value, parts) {
      u8.write(value === undefined ? 0 : 1, parts);
      if (value !== undefined) item.write(value, parts);
    },
    read(cursor) {
      const offset = cursor.library.i;
      const byte = u8.read(cursor);
      if (byte > 1) throw readFault('INVALID_OPTION', offset, { byte }, `${byte} is neither None nor Some`);
      return byte === 1 ? item.read(cursor) : undefined;
    },
  };
}

/** A last field that is there if bytes are left, without an option byte. Only for the end of a whole input. */
export function trailing<T>(part: Part<T>): Shape<T | undefined> {
  const item = shapeOf(part);
  return {
    write(value, parts) {
      if (value !== undefined) item.write(value, parts);
    },
    read(cursor) {
      return remaining(cursor) === 0 ? undefined : item.read(cursor);
    },
  };
}

/** What succeeded or why it failed; Rust's `Result`. */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** `Result<T, E>`: index 0 is Ok. */
export function result<T, E>(okPart: Part<T>, errorPart: Part<E>): Shape<Result<T, E>> {
  const okShape = shapeOf(okPart);
  const errorShape = shapeOf(errorPart);
  return {
    write(value, parts) {
      requireObject(value, 'a result { ok, value | error }');
      if (typeof value.ok !== 'boolean') throw valueFault('a result { ok, value | error }');
      u8.write(value.ok ? 0 : 1, parts);
      try {
        if (value.ok) okShape.write(value.value, parts);
        else errorShape.write(value.error, parts);
      } catch (error) {
        throw inside(value.ok ? 'value' : 'error', error);
      }
    },
    read(cursor) {
      const offset = cursor.library.i;
      const byte = u8.read(cursor);
      if (byte > 1) throw readFault('INVALID_RESULT', offset, { byte }, `${byte} is neither Ok nor Err`);
      try {
        return byte === 0
          ? { ok: true, value: okShape.read(cursor) }
          : { ok: false, error: errorShape.read(cursor) };
      } catch (error) {
        throw inside(byte === 0 ? 'value' : 'error', error);
      }
    },
  };
}

/** `Vec<T>`, or with `max` a `BoundedVec`: more items are refused before any is read. */
export function vector<T>(part: Part<T>, max = 0xffff_ffff): Shape<readonly T[]> {
  const item = shapeOf(part);
  const tooMany = (count: number) => `${count} items, at most ${max} allowed`;
  return {
    write(value, parts) {
      if (!Array.isArray(value)) throw valueFault('an array');
      if (value.length > max) throw valueFault(`at most ${max} items`);
      length.write(value.length, parts);
      for (const [index, element] of value.entries()) {
        try {
          item.write(element, parts);
        } catch (error) {
          throw inside(`[${index}]`, error);
        }
      }
    },
    read(cursor) {
      const offset = cursor.library.i;
      const count = length.read(cursor);
      if (count > max) throw readFault('TOO_MANY_ITEMS', offset, { count, max }, tooMany(count));
      // Grows as items arrive: every item takes at least a byte, so an absurd count ends with the input.
      const items: T[] = [];
      for (let index = 0; index < count; index++) {
        try {
          items.push(item.read(cursor));
        } catch (error) {
          throw inside(`[${index}]`, error);
        }
      }
      return items;
    },
  };
}
