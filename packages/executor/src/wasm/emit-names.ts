import { customSection, eachFunctionName } from './custom-names.ts';
import { IntList } from './int-list.ts';
import { type ScanState, SectionId } from './scan-state.ts';
import { lebWidth, type Writer } from './writer.ts';

/** A longer name is left out: a backtrace would cut it. Bytes. */
const MAX_NAME_BYTES = 512;
const NAME = new TextEncoder().encode('name');
const FUNCTION_NAMES = 1;

/**
 * Writes a name section with the names that the module gives to its functions, for backtraces. The rewriting keeps
 * the indexes of the module's functions, so the names stay where they belong. Writes nothing if there are none.
 */
export function emitFunctionNames(state: ScanState, out: Writer): void {
  if (customSection(state, 'name') === undefined) return;
  const kept = new IntList();
  let bytes = 0;
  let next = 0;
  eachFunctionName(state, (index, start, length) => {
    // Engines take names in ascending order, and the module's own alone.
    if (index < next || index >= state.functions || length > MAX_NAME_BYTES) return;
    next = index + 1;
    kept.push(index);
    kept.push(start);
    kept.push(length);
    bytes += lebWidth(index) + lebWidth(length) + length;
  });
  if (kept.length === 0) return;
  const count = kept.length / 3;
  out.byte(SectionId.custom);
  const section = out.beginSized(bytes + lebWidth(count) + 16);
  out.u32(NAME.length);
  out.all(NAME);
  out.byte(FUNCTION_NAMES);
  const names = out.beginSized(bytes + lebWidth(count));
  out.u32(count);
  for (let i = 0; i < kept.length; i += 3) {
    const [start, length] = [kept.at(i + 1), kept.at(i + 2)];
    out.u32(kept.at(i));
    out.u32(length);
    out.copy(state.code, start, start + length);
  }
  out.endSized(names);
  out.endSized(section);
}
