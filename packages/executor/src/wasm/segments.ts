import { constantType } from './constants.ts';
import { RewriteError } from './errors.ts';
import { ValueType } from './opcodes.ts';
import { Reader } from './reader.ts';
import { type ScanState, SECTION_NAMES, SectionId } from './scan-state.ts';

export const ODD_OFFSET = 'segment offset is not an i32 constant';

/**
 * What the reference's parser takes for a table or memory index is a flags field for every current engine,
 * and the bytes behind it may parse under both readings. When it is not 0 the written section is read
 * again the modern way: wasmtime takes flag 2 (an explicit index), and flags 1 and 3 (segments that only
 * bulk memory operations could use) if that extension is enabled; V8 takes them all.
 */
export function requireKnownSegments(
  bytes: Uint8Array,
  start: number,
  end: number,
  id: number,
  state: ScanState,
  bulkMemory: boolean,
): void {
  const reader = new Reader(bytes, start, end);
  const section = SECTION_NAMES[id]!;
  reader.section = section;
  const refuse = (reason: string): never => {
    throw new RewriteError('PREPARATION', reason, { section });
  };
  const elements = id === SectionId.element;
  try {
    for (let count = reader.u32(); count > 0; count--) {
      const flags = reader.u32();
      const passive = flags === 1 || (elements && flags === 3);
      if (!passive && flags !== 0 && flags !== 2) refuse(`segment flags ${flags}`);
      if (passive && !bulkMemory) refuse('passive segment without the bulk memory extension');
      if (flags === 2 && reader.u32() !== 0) refuse('segment for an unknown table or memory');
      if (!passive && constantType(reader, state) !== ValueType.i32) refuse(ODD_OFFSET);
      if (elements && flags !== 0 && reader.byte() !== 0) refuse('segment of unknown element kind');
      const length = reader.u32();
      if (!elements) reader.skip(length);
      else for (let i = 0; i < length; i++) reader.u32();
    }
  } catch (error) {
    if (error instanceof RewriteError) refuse(error.reason);
    throw error;
  }
  if (reader.pos !== end) refuse('section has bytes after its contents');
}
