import { RewriteError } from './errors.ts';
import { readName } from './interface.ts';
import { Reader } from './reader.ts';
import { scanInto } from './scan.ts';
import { ScanState, SectionId } from './scan-state.ts';

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

const utf8 = new TextDecoder();

/** Calls `visit` with each function that the `name` section names, and where the name's bytes lie. */
export function eachFunctionName(
  state: ScanState,
  visit: (index: number, start: number, length: number) => void,
): void {
  const reader = customSection(state, 'name');
  if (reader === undefined) return;
  tolerant(() => {
    while (reader.pos < reader.end) {
      const id = reader.byte();
      const size = reader.u32();
      const end = reader.pos + size;
      if (id === FUNCTION_NAMES) {
        for (let count = reader.u32(); count > 0; count--) {
          const index = reader.u32();
          const length = reader.u32();
          const start = reader.pos;
          reader.skip(length);
          visit(index, start, length);
        }
      }
      reader.pos = end;
    }
  });
}

/** Names that the `name` section gives to the functions in `wanted`. */
export function functionNames(state: ScanState, wanted: ReadonlySet<number>): Map<number, string> {
  const names = new Map<number, string>();
  eachFunctionName(state, (index, start, length) => {
    if (!wanted.has(index)) return;
    names.set(index, utf8.decode(state.code.subarray(start, start + length)));
  });
  return names;
}

/** The name of one function of a module that may be refused: its sections are looked through, and nothing else. */
export function functionNameOf(code: Uint8Array, index: number): string | undefined {
  const state = new ScanState(code, false);
  tolerant(() => scanInto(state, false));
  return functionNames(state, new Set([index])).get(index);
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
