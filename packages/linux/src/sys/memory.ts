import { invalidArgument } from '../error.ts';
import { addressOf } from './libc.ts';

/** A block outside V8's heap with a fixed address, for arguments that the kernel reads or fills. */
export interface Block {
  readonly address: number;
  readonly view: DataView;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Reserves a zeroed block once, at load; an ArrayBuffer's store never moves. */
export function reserve(length: number): Block {
  const buffer = new ArrayBuffer(length);
  return {
    address: process.platform === 'linux' ? addressOf(buffer) : 0,
    view: new DataView(buffer),
    bytes: new Uint8Array(buffer),
  };
}

/** A little-endian 64-bit integer as a number, without a bigint in between. */
export function readInt64(view: DataView, offset: number): number {
  return view.getInt32(offset + 4, true) * 0x1_0000_0000 + view.getUint32(offset, true);
}

/** Writes an integer of up to 53 bits as a little-endian 64-bit one; `offset` in bytes. */
export function writeInt64(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, value % 0x1_0000_0000, true);
  view.setInt32(offset + 4, Math.floor(value / 0x1_0000_0000), true);
}

const PATH_MAX = 4096;
const STRING_SLOTS = 5;
const strings = Array.from({ length: STRING_SLOTS }, () => reserve(PATH_MAX));
const encoder = new TextEncoder();

/**
 * Writes a NUL-terminated string to one of the fixed slots and returns its address; valid until the
 * slot's next use. A call with two strings uses slots 0 and 1.
 */
export function cString(text: string, slot = 0): number {
  const block = strings[slot] ?? invalidArgument('slot', slot, 'there is no such slot');
  if (text.includes('\0')) invalidArgument('string', JSON.stringify(text), 'it contains a NUL byte');
  const { read, written } = encoder.encodeInto(text, block.bytes.subarray(0, PATH_MAX - 1));
  if (read < text.length)
    invalidArgument('string', `${text.slice(0, 40)}…`, `it is longer than ${PATH_MAX - 1} bytes`);
  block.bytes[written] = 0;
  return block.address;
}
