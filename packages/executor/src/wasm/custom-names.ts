import { RewriteError } from './errors.ts';
import { readName } from './interface.ts';
import { Reader } from './reader.ts';
import { type ScanState, SectionId } from './scan-state.ts';

/**
 * Payload of the first custom section of that name, positioned behind the name. Its contents are not
 * checked by anyone, so use it through `tolerant`.
 */
export function customSection(state: ScanState, name: string): Reader | undefined {
  const { sections } = state;
  for (let i = 0; i < sections.length; i += 3) {
    if (sections.at(i) !== SectionId.custom) continue;
    const reader = new Reader(state.code, sections.at(i + 1), sections.at(i + 2));
    if (readName(reader) === name) return reader;
  }
  return undefined;
}

/** Names that the `name` section gives to the functions in `wanted`. */
export function functionNames(state: ScanState, wanted: ReadonlySet<number>): Map<number, string> {
  const names = new Map<number, string>();
  const reader = customSection(state, 'name');
  if (reader === undefined) return names;
  tolerant(() => {
    while (reader.pos < reader.end) {
      const id = reader.byte();
      const size = reader.u32();
      const end = reader.pos + size;
      if (id === FUNCTION_NAMES) {
        for (let count = reader.u32(); count > 0; count--) {
          const index = reader.u32();
          if (wanted.has(index)) names.set(index, readName(reader));
          else reader.skip(reader.u32());
        }
      }
      reader.pos = end;
    }
  });
  return names;
}

const FUNCTION_NAMES = 1;

/** Features that the toolchain says it used (`target_features` section), without the `+`. */
export function declaredFeatures(state: ScanState): string[] {
  const features: string[] = [];
  const reader = customSection(state, 'target_features');
  if (reader === undefined) return features;
  tolerant(() => {
    for (let count = reader.u32(); count > 0; count--) {
      const used = reader.byte() === USED;
      const name = readName(reader);
      if (used) features.push(name);
    }
  });
  return features;
}

const USED = 0x2b;

/** A malformed custom section is no error: what was read before counts. */
function tolerant(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof RewriteError)) throw error;
  }
}
