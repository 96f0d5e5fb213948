/**
 * SCALE as the reference's codec understands it, on top of scale-ts.
 *
 * A type is a tree of {@link Shape}s: primitives from scale-ts, each with the checks that the library leaves out,
 * joined by composites that know the field they are in. {@link codec} makes the public {@link Codec} of such a
 * tree: it opens a cursor over the input, and turns every failure below into one ProtocolError with its place.
 */
export { byteLength, concat } from './bytes.ts';
export { type Codec, codec, type Prefix } from './codec.ts';
export {
  type Fields,
  names,
  option,
  type Result,
  result,
  struct,
  trailing,
  variants,
  vector,
} from './composites.ts';
export { inside, readFault, valueFault } from './fault.ts';
export {
  bool,
  boundedBytes,
  bytes,
  fixedBytes,
  hash,
  i32,
  i64,
  length,
  string,
  u8,
  u16,
  u32,
  u64,
} from './primitives.ts';
export type { Shape } from './shape.ts';
