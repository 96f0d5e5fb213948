import { Reader } from './reader.ts';
import { scanBody } from './scan-body.ts';
import { ScanState, SECTION_NAMES, SectionId } from './scan-state.ts';
import { MAX_NAME_BYTES, SECTION_SCANNERS } from './sections.ts';

/** Position of each section id in a module; a later section must have a higher one. Custom: anywhere. */
const ORDER = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 10] as const;

/**
 * Walks the module once: checks the format, computes stack costs and notes what the output must change.
 * Throws `RewriteError` with code `PREVALIDATION` for anything that is no MVP module. What preparation
 * would refuse is left in `refusal`.
 */
export function scanModule(code: Uint8Array, engine: boolean): ScanState {
  const state = new ScanState(code, engine);
  scanInto(state, true);
  if (!state.seesHeight || state.metersCalls) return state;
  // Once in a blue moon: which instructions the output must change is another question now.
  const again = new ScanState(code, engine, true);
  scanInto(again, true);
  return again;
}

/**
 * The walk itself, for callers that want what was found before a failure. Without `bodies` the contents of
 * the code, element and data sections are stepped over.
 */
export function scanInto(state: ScanState, bodies: boolean): void {
  const { code } = state;
  const reader = new Reader(code);
  scanHeader(reader);
  let order = 0;
  while (reader.pos < code.length) {
    const id = reader.byte();
    const name = SECTION_NAMES[id];
    if (name === undefined) reader.fail(`unknown section ${id}`, reader.pos - 1);
    reader.section = name;
    const size = reader.u32();
    if (size > code.length - reader.pos) reader.unexpectedEnd();
    const start = reader.pos;
    if (id !== SectionId.custom) {
      const next = ORDER[id]!;
      if (next <= order) reader.fail(next === order ? 'section occurs twice' : 'section out of order');
      order = next;
      state.present[id] = 1;
    }
    reader.end = start + size;
    if (bodies || !BULKY.includes(id)) scanSection(reader, state, id);
    else reader.pos = reader.end;
    if (reader.pos !== reader.end) reader.fail('section has bytes after its contents');
    state.sections.push(id);
    state.sections.push(start);
    state.sections.push(reader.end);
    reader.section = undefined;
    reader.end = code.length;
  }
  if (bodies && state.entries[SectionId.code] !== state.entries[SectionId.function]) {
    reader.fail('function and code sections have different lengths');
  }
}

const BULKY: readonly number[] = [SectionId.element, SectionId.code, SectionId.data];

function scanHeader(reader: Reader): void {
  const { code } = reader;
  if (code.length < 8) {
    const truncated = [0x00, 0x61, 0x73, 0x6d].every((byte, i) => i >= code.length || code[i] === byte);
    reader.fail(truncated ? 'unexpected end of data' : 'not a WebAssembly module', 0);
  }
  const view = new DataView(code.buffer, code.byteOffset, 8);
  if (view.getUint32(0) !== 0x0061736d) reader.fail('not a WebAssembly module', 0);
  const version = view.getUint32(4, true);
  if (version !== 1) reader.fail(`unsupported binary version ${version}`, 4);
  reader.pos = 8;
}

function scanSection(reader: Reader, state: ScanState, id: number): void {
  switch (id) {
    case SectionId.custom:
      scanCustom(reader, state);
      return;
    case SectionId.start: {
      const at = reader.pos;
      state.start = reader.u32();
      if (state.start >= state.functions) state.refuse(reader, `unknown function ${state.start}`, at);
      return;
    }
    case SectionId.dataCount:
      state.entries[id] = reader.u32();
      return;
  }
  const count = reader.u32();
  state.entries[id] = count;
  if (id === SectionId.code) scanBodies(reader, state, count);
  else SECTION_SCANNERS[id]!(reader, state, count);
}

/** Custom sections mean nothing here, but wasmtime refuses some by their names. */
function scanCustom(reader: Reader, state: ScanState): void {
  const start = reader.name();
  const length = reader.pos - start;
  if (state.engine && length > MAX_NAME_BYTES) state.refuse(reader, 'name too long', start);
  if (state.engine && REFUSED_CUSTOM_SECTIONS.some((name) => name.length === length)) {
    const name = new TextDecoder().decode(reader.code.subarray(start, reader.pos));
    if (REFUSED_CUSTOM_SECTIONS.includes(name)) state.refuse(reader, `custom section ${name}`, start);
  }
  reader.pos = reader.end;
}

/** Proposals that wasmtime once had; it asks to rebuild instead of ignoring them. */
const REFUSED_CUSTOM_SECTIONS = ['webidl-bindings', 'wasm-interface-types'];

function scanBodies(reader: Reader, state: ScanState, count: number): void {
  if (count !== state.entries[SectionId.function]) {
    reader.fail('function and code sections have different lengths');
  }
  const sectionEnd = reader.end;
  state.costs = new Uint32Array(count);
  state.traits = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    reader.functionIndex = state.importedFunctions + i;
    const size = reader.u32();
    if (size > sectionEnd - reader.pos) reader.unexpectedEnd();
    reader.end = reader.pos + size;
    scanBody(reader, state, i);
    reader.end = sectionEnd;
  }
  reader.functionIndex = undefined;
}
