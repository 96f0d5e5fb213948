/** Why a host function stopped the guest. Each is a trap in the reference too. */
export type HostFunctionErrorCode =
  | 'NOT_READY'
  | 'OUT_OF_BOUNDS'
  | 'ALLOCATOR_POISONED'
  | 'ALLOCATION_TOO_LARGE'
  | 'OUT_OF_SPACE'
  | 'MEMORY_SHRUNK'
  | 'BAD_FREE_LIST'
  | 'HEADER_OUT_OF_BOUNDS'
  | 'BAD_ORDER'
  | 'OCCUPIED_IN_FREE_LIST'
  | 'POINTER_TOO_LOW'
  | 'FREE_OF_FREE'
  | 'COUNT_UNDERFLOW'
  | 'NO_KEYSTORE'
  | 'BAD_ENUM'
  | 'BAD_SCALE'
  | 'BAD_UTF8'
  | 'BATCH_STARTED_TWICE'
  | 'BATCH_NOT_STARTED'
  | 'NESTED_EXTERNALITIES'
  | 'HELPER_OUT_OF_MEMORY'
  | 'LENGTH_MISMATCH';

// In the order of the numbers in assembly/shim/reasons.ts, from 1.
const REASONS: readonly (readonly [HostFunctionErrorCode, string])[] = [
  ['NOT_READY', 'host function called before instantiation had finished: a start function may not use one'],
  ['OUT_OF_BOUNDS', "an argument points outside the guest's memory"],
  ['ALLOCATOR_POISONED', 'the allocator failed before and answers nothing any more'],
  ['ALLOCATION_TOO_LARGE', 'more than 32 MiB requested in one allocation'],
  ['OUT_OF_SPACE', 'the allocator ran out of memory: the guest needs less data or a higher MaxMemoryPages'],
  ['MEMORY_SHRUNK', 'the memory is smaller than at the last allocation'],
  ['BAD_FREE_LIST', 'a free list leads outside the memory: the guest overwrote an allocation header'],
  ['HEADER_OUT_OF_BOUNDS', 'freed a pointer outside the memory'],
  ['BAD_ORDER', 'an allocation header has an impossible size: the guest overwrote it'],
  [
    'OCCUPIED_IN_FREE_LIST',
    'a free list leads to a block in use: freed twice, or the guest overwrote a header',
  ],
  ['POINTER_TOO_LOW', 'freed a pointer below 8, where no header fits'],
  ['FREE_OF_FREE', 'freed a pointer that is not allocated'],
  ['COUNT_UNDERFLOW', 'freed more bytes than are allocated: the guest forged a header'],
  ['NO_KEYSTORE', 'keystore functions do not exist during validation'],
  ['BAD_ENUM', 'an argument is not one of the allowed values'],
  ['BAD_SCALE', 'an argument is not valid SCALE'],
  ['BAD_UTF8', 'an argument is not valid UTF-8'],
  ['BATCH_STARTED_TWICE', 'batch verification started twice'],
  ['BATCH_NOT_STARTED', 'batch verification finished without a start'],
  [
    'NESTED_EXTERNALITIES',
    'ed25519 batch verification always fails: the reference panics on its nested access',
  ],
  ['HELPER_OUT_OF_MEMORY', "the machine has no memory left for the host function's work"],
  ['LENGTH_MISMATCH', 'two arguments that belong together have different lengths'],
];

/** A host function stopped the guest, or the host asked the allocator for what it cannot give. */
export class HostFunctionError extends Error {
  override readonly name = 'HostFunctionError';
  readonly code: HostFunctionErrorCode;
  readonly meta: { readonly function?: string };

  constructor(code: HostFunctionErrorCode, message: string, meta: { function?: string } = {}) {
    super(message);
    this.code = code;
    this.meta = meta;
  }
}

/** The error for a number that the helper left as its reason; undefined if it left none. */
export function errorOfReason(reason: number): HostFunctionError | undefined {
  const entry = REASONS[reason - 1];
  return entry && new HostFunctionError(entry[0], entry[1]);
}
