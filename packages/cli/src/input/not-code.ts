import { CliError } from '../errors.ts';

type Explanation = [cause: string, remedy: string];

const LOOK_FOR = 'give a runtime as built (*.wasm, *.compact.compressed.wasm) or as `:code` on chain';

/** What people give in place of a PVF, by how it begins. */
const BEGINNINGS: readonly (readonly [latin1: string, ...Explanation])[] = [
  [
    '\x7fELF',
    'is a native program',
    'give the runtime that it holds: build it for wasm32, or ask a node: --url ws://…',
  ],
  ['meta', 'is the metadata of a runtime, not the runtime', LOOK_FOR],
  [
    'PVM\0',
    'is a PolkaVM program, which relay chains do not accept yet',
    'build the runtime for WebAssembly',
  ],
  [
    'PVF-ART\0',
    'is an artifact that was prepared from a PVF',
    'give the PVF; `pvf inspect` describes artifacts',
  ],
  ['PK\x03\x04', 'is a zip archive', 'unpack it and give the runtime inside'],
  ['(module', 'is WebAssembly in text form', 'assemble it first: wat2wasm'],
  ['version https://git-lfs', 'is a pointer of Git LFS, not the file', 'fetch the file: git lfs pull'],
  [
    '<',
    'looks like a web page',
    'the download was refused or redirected: look at the file, and fetch it again (curl -fL)',
  ],
  ['\xfd7zXZ', 'is an xz file', 'decompress it: xz -d'],
  ['BZh', 'is a bzip2 file', 'decompress it: bzip2 -d'],
];

/**
 * Why a file is no PVF.
 * @param json what the file says if it is JSON
 */
export function notCode(
  bytes: Uint8Array,
  what: string,
  path: string,
  json: unknown,
  isExportedPov = false,
): CliError<'NOT_CODE'> {
  const [cause, remedy] = explain(bytes, json, isExportedPov);
  return new CliError('NOT_CODE', { path, length: bytes.length }, `${what} ${cause}`, remedy);
}

function explain(bytes: Uint8Array, json: unknown, isExportedPov: boolean): Explanation {
  if (bytes.length === 0) return ['is empty', 'write the file again: it has no byte'];
  if (isExportedPov) {
    return [
      'is a PoV that a collator exported, not a PVF',
      'give it with --pov-file, and the runtime as PVF',
    ];
  }
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  if (json !== undefined) return explainJson(json);
  for (const [beginning, cause, remedy] of BEGINNINGS) {
    if (start.trimStart().startsWith(beginning)) return [cause, remedy];
  }
  if (/^[{[]/.test(start.trimStart())) {
    return ['looks like JSON and is cut off or damaged', 'give a chain specification, or the runtime itself'];
  }
  if (/^\s*[0-9a-f]{8}/i.test(start)) {
    return [
      'looks like hexadecimal text, but not of WebAssembly or a compressed blob',
      'such text begins with 0061736d or 52bc5376, with or without 0x before it',
    ];
  }
  return ['is neither WebAssembly nor a compressed blob', LOOK_FOR];
}

function explainJson(json: unknown): Explanation {
  if (typeof json === 'object' && json !== null) {
    if ('blockData' in json || 'blockDataFile' in json || 'parentHead' in json) {
      return ['is a candidate file, not a PVF', 'give it with --candidate, and the runtime as PVF'];
    }
    if ('error' in json) {
      return ['is an error that a node answered', `ask again: ${JSON.stringify(json.error).slice(0, 120)}`];
    }
    if ('result' in json) {
      return ['is a node’s answer without code in it', 'ask for the storage under `:code` (0x3a636f6465)'];
    }
  }
  return [
    'looks like JSON, but is not a chain specification',
    'give a chain specification, or the runtime itself',
  ];
}
