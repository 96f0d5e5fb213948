import { Reader } from '../../src/binary/reader.ts';
import { MODULE_HEADER, Writer } from '../../src/binary/writer.ts';
import { lowerBody } from '../../src/lower/body.ts';

/** A module with its code lowered and all else as it was; for code that needs none of the adapter's functions. */
export function lowerAlone(module: Uint8Array): Uint8Array {
  const reader = new Reader(module, 8);
  const out = new Writer().bytes(MODULE_HEADER);
  while (!reader.done) {
    const id = reader.byte();
    const part = reader.part(reader.u32());
    if (id !== 10) {
      out.section(id, part.take(part.end - part.pos));
      continue;
    }
    const count = part.u32();
    const code = new Writer().u32(count);
    for (let left = count; left > 0; left--) code.sized(lowerBody(part.part(part.u32()), new Map()));
    out.section(id, code);
  }
  return out.finish();
}
