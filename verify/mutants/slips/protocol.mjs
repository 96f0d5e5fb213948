import { slip } from '../slip.mjs';

const src = (path) => `packages/protocol/src/${path}`;
const protocol = (...files) => [['protocol', ...files.map((file) => `test/${file}`)]];
const params = protocol('executor-params');
const hostile = protocol('hostile-input', 'golden');
const golden = protocol('golden');
const codecs = protocol('golden', 'hostile-input', 'codecs.property');
const framing = protocol('framing');
const small = protocol('small-parts');
const CI = { sample: true };

const executorParams = [
  slip(
    'the last time limit of a kind counts, not the first',
    src('executor-params/timeouts.ts'),
    "for (const param of params) {\n    if (param.type === 'PvfExecTimeout'",
    "for (const param of params.toReversed()) {\n    if (param.type === 'PvfExecTimeout'",
    params,
  ),
  slip(
    'the time limit of any kind counts for an execution',
    src('executor-params/timeouts.ts'),
    "if (param.type === 'PvfExecTimeout' && param.kind === kind)",
    "if (param.type === 'PvfExecTimeout')",
    params,
    CI,
  ),
  slip(
    'the time limit of any kind counts for a preparation',
    src('executor-params/timeouts.ts'),
    "if (param.type === 'PvfPrepTimeout' && param.kind === kind)",
    "if (param.type === 'PvfPrepTimeout')",
    params,
  ),
  slip(
    'a precheck has 61 seconds',
    src('executor-params/timeouts.ts'),
    'Precheck: 60_000,',
    'Precheck: 61_000,',
    params,
  ),
  slip(
    'backing has 3 seconds',
    src('executor-params/timeouts.ts'),
    'Backing: 2_000,',
    'Backing: 3_000,',
    params,
  ),
  slip(
    'a limit of time may be above what a number can hold',
    src('executor-params/timeouts.ts'),
    'return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);',
    'return Number(value);',
    params,
  ),
  slip(
    "pages of memory without the module's own",
    src('executor-params/semantics.ts'),
    'Math.min(param.value + HEAP_PAGES_ESTIMATE, U32_MAX)',
    'Math.min(param.value, U32_MAX)',
    params,
  ),
  slip(
    'the number of pages wraps around',
    src('executor-params/semantics.ts'),
    'Math.min(param.value + HEAP_PAGES_ESTIMATE, U32_MAX)',
    '(param.value + HEAP_PAGES_ESTIMATE) >>> 0',
    params,
  ),
  slip(
    'the default stack is a value smaller',
    src('executor-params/semantics.ts'),
    'DEFAULT_STACK_LOGICAL_MAX = 65_536',
    'DEFAULT_STACK_LOGICAL_MAX = 65_535',
    params,
  ),
  slip(
    'the limit of memory pages changes the artifact',
    src('executor-params/hash.ts'),
    "    case 'StackLogicalMax':\n    case 'WasmExtBulkMemory':\n      return true;\n    case 'MaxMemoryPages':",
    "    case 'StackLogicalMax':\n    case 'WasmExtBulkMemory':\n    case 'MaxMemoryPages':\n      return true;",
    params,
  ),
  slip(
    'the stack limit does not change the artifact',
    src('executor-params/hash.ts'),
    "    case 'StackLogicalMax':\n    case 'WasmExtBulkMemory':\n      return true;",
    "    case 'WasmExtBulkMemory':\n      return true;\n    case 'StackLogicalMax':",
    params,
  ),
  slip(
    'the hash of preparation has no domain',
    src('executor-params/hash.ts'),
    'concat([PREP_DOMAIN, ...relevant])',
    'concat(relevant)',
    params,
  ),
  slip(
    'equal time limits of backing and approvals are consistent',
    src('executor-params/consistency.ts'),
    "if (backing >= given('PvfExecKind::Approval'",
    "if (backing > given('PvfExecKind::Approval'",
    params,
  ),
  slip(
    'a value at its upper bound is outside',
    src('executor-params/consistency.ts'),
    'value > bounds[1]',
    'value >= bounds[1]',
    params,
  ),
  slip(
    'repeated params are consistent',
    src('executor-params/consistency.ts'),
    "if (seen.has(param)) return { type: 'DuplicatedParam', param };",
    '',
    params,
  ),
];

const types = [
  slip(
    'V2 candidates get the extension, too',
    src('types/validation-input.ts'),
    "extension: descriptorVersion.type === 'V3' ?",
    "extension: descriptorVersion.type !== 'V1' ?",
    small,
  ),
  slip(
    'the extension has its hashes exchanged',
    src('types/validation-input.ts'),
    "? { type: 'V3', relayParent, schedulingParent }",
    "? { type: 'V3', relayParent: schedulingParent, schedulingParent: relayParent }",
    small,
  ),
  slip(
    'the extension has index 2',
    src('types/validation-input.ts'),
    'V3: [3, { relayParent: hash, schedulingParent: hash }]',
    'V3: [2, { relayParent: hash, schedulingParent: hash }]',
    golden,
  ),
  slip(
    'one upward message more than allowed',
    src('types/validation-result.ts'),
    'MAX_UPWARD_MESSAGES = 16 * 1024;',
    'MAX_UPWARD_MESSAGES = 16 * 1024 + 1;',
    protocol('hostile-input'),
  ),
  slip(
    'one horizontal message less than allowed',
    src('types/validation-result.ts'),
    'MAX_HORIZONTAL_MESSAGES = 16 * 1024;',
    'MAX_HORIZONTAL_MESSAGES = 16 * 1024 - 1;',
    protocol('hostile-input'),
  ),
  slip(
    'two of the errors of jobs have each other’s index',
    src('types/execute-error.ts'),
    'JobTimedOut: [0, {}],\n    JobDied: [1,',
    'JobTimedOut: [1, {}],\n    JobDied: [0,',
    golden,
  ),
  slip(
    'a preparation that ran out of memory may be tried again',
    src('types/prepare-error.ts'),
    "    case 'OutOfMemory':\n    case 'CouldNotDecompressCodeBlob':\n      return true;",
    "    case 'CouldNotDecompressCodeBlob':\n      return true;\n    case 'OutOfMemory':",
    small,
  ),
  slip(
    'a construction that failed is never tried again',
    src('types/prepare-error.ts'),
    "      return true;\n    case 'RuntimeConstruction':",
    "    case 'RuntimeConstruction':\n      return true;",
    small,
  ),
  slip(
    'a duration may have a whole second of nanoseconds',
    src('types/duration.ts'),
    'if (value.nanos >= NANOS_PER_SECOND) {',
    'if (value.nanos > NANOS_PER_SECOND) {',
    hostile,
  ),
  slip(
    'milliseconds lose their fraction',
    src('types/duration.ts'),
    'BigInt(Math.round((ms - whole) * 1_000_000))',
    '0n',
    small,
  ),
  slip(
    'the job kinds of preparation are exchanged',
    src('types/prepare.ts'),
    '{ Compilation: 0, Prechecking: 1 }',
    '{ Compilation: 1, Prechecking: 0 }',
    golden,
  ),
];

const wire = [
  slip(
    'an option may begin with any byte',
    src('scale/composites.ts'),
    "if (byte > 1) throw readFault('INVALID_OPTION', offset, { byte }, `${byte} is neither None nor Some`);",
    '',
    hostile,
  ),
  slip(
    'a result may begin with any byte',
    src('scale/composites.ts'),
    "if (byte > 1) throw readFault('INVALID_RESULT', offset, { byte }, `${byte} is neither Ok nor Err`);",
    '',
    hostile,
  ),
  slip(
    'a vector may have one item more than its bound',
    src('scale/composites.ts'),
    "if (count > max) throw readFault('TOO_MANY_ITEMS'",
    "if (count > max + 1) throw readFault('TOO_MANY_ITEMS'",
    protocol('hostile-input'),
  ),
  slip(
    'a length need not be in its shortest form',
    src('scale/primitives.ts'),
    'if (size > 1 && scale.compact.enc(value).length !== size) throw fault();',
    '',
    hostile,
  ),
  slip(
    'a length above 32 bits is read',
    src('scale/primitives.ts'),
    'if (size === 5 && first !== 3) throw fault();',
    '',
    hostile,
    {
      survives:
        'such a length is never in its shortest form of five bytes, so the check of that refuses it with the same error',
    },
  ),
  slip(
    'a text need not be UTF-8',
    src('scale/primitives.ts'),
    "new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })",
    "new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })",
    hostile,
  ),
  slip(
    'a byte order mark is swallowed',
    src('scale/primitives.ts'),
    "new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })",
    "new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })",
    codecs,
  ),
  slip(
    'bytes are taken beyond the end of the input',
    src('scale/primitives.ts'),
    '  need(cursor, size);\n  const { library } = cursor;',
    '  const { library } = cursor;',
    hostile,
  ),
  slip(
    'a value at its bound is not encoded',
    src('scale/primitives.ts'),
    'value < min || value > max) throw valueFault(`${name} as a number`);',
    'value < min || value >= max) throw valueFault(`${name} as a number`);',
    codecs,
  ),
  slip(
    'bytes behind an exact value are ignored',
    src('scale/codec.ts'),
    'if (rest > 0) {',
    'if (rest > 4) {',
    codecs,
  ),
];

const frames = [
  slip(
    'a frame at the limit is refused',
    src('framing/frame.ts'),
    'if (length > BigInt(limit)) {',
    'if (length >= BigInt(limit)) {',
    framing,
  ),
  slip(
    'a frame one byte above the limit is read',
    src('framing/frame.ts'),
    'if (length > BigInt(limit)) {',
    'if (length > BigInt(limit) + 1n) {',
    framing,
    CI,
  ),
  slip(
    'a stream that ends inside a header has ended',
    src('framing/read-frame.ts'),
    'if (headerBytes < FRAME_HEADER_BYTES) throw frameTruncated(FRAME_HEADER_BYTES, headerBytes);',
    'if (headerBytes < FRAME_HEADER_BYTES) return undefined;',
    framing,
  ),
  slip(
    'a payload that was cut off is a payload',
    src('framing/read-frame.ts'),
    'if (payloadBytes < payload.byteLength) {',
    'if (payloadBytes < 0) {',
    framing,
  ),
  slip(
    'an empty frame waits for the next chunk',
    src('framing/frame-decoder.ts'),
    'if (this.#filled < target.byteLength) return frames;',
    'if (this.#filled < target.byteLength || at === chunk.byteLength) return frames;',
    framing,
  ),
  slip(
    'the prefix of compression has seven bytes',
    src('blob/compressed.ts'),
    '0xdb, 0x8e, 0x05)',
    '0xdb, 0x8e)',
    protocol('small-parts', 'golden'),
  ),
  slip(
    'a PoV may grow to 40 MB',
    src('blob/compressed.ts'),
    'POV_BOMB_LIMIT = 40 * 1024 * 1024',
    'POV_BOMB_LIMIT = 40 * 1000 * 1024',
    small,
  ),
];

export const slips = [...executorParams, ...types, ...wire, ...frames];
