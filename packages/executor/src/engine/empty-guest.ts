import type { LoadedArtifact } from './load.ts';

/**
 * `validate_block` of this module answers with twelve zero bytes, an empty ValidationResult: memory import, exports
 * `memory`, `__heap_base` (1024) and `validate_block`.
 */
const EMPTY_GUEST = Buffer.from(
  [
    '0061736d01000000',
    '01070160027f7f017e',
    '020f0103707666066d656d6f7279020001',
    '03020100',
    '0607017f004180080b',
    '072903066d656d6f727902000b5f5f686561705f6261736503000e76616c69646174655f626c6f636b0000',
    '0a0b0109004280808080c0010b',
  ].join(''),
  'hex',
);

/** A guest that does nothing, to exercise everything around a guest with. */
export function emptyGuest(): LoadedArtifact {
  return {
    module: new WebAssembly.Module(EMPTY_GUEST),
    shape: {
      definedFunctions: 1,
      hasStart: false,
      memoryMinPages: 1,
      imports: [],
      memoryExport: 'memory',
      heapBase: 'i32',
      entryPoint: 'valid',
      heightExport: undefined,
    },
    source: undefined,
  };
}
