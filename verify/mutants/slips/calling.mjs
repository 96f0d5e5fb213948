import { slip } from '../slip.mjs';

// How a guest is called and what of it comes back; what its worker keeps between candidates.
const engine = (file) => `packages/executor/src/engine/${file}`;
const execute = (path) => `packages/execute-worker/src/${path}`;
const prepare = (path) => `packages/prepare-worker/src/${path}`;
const calls = [['executor', 'test/engine/execute', 'test/engine/prepare']];
const kept = [['execute-worker', 'test/templates-kept']];
const files = [['execute-worker', 'test/artifact-file']];
const connection = [['execute-worker', 'test/connection']];
const EXECUTE = { builds: ['execute-worker'] };
const PREPARE = { builds: ['prepare-worker'] };

const guests = [
  slip(
    'an output may not end where memory does',
    engine('execute.ts'),
    'if (pointer + length > size) {',
    'if (pointer + length >= size) {',
    calls,
  ),
  slip(
    'an output may end a byte behind memory',
    engine('execute.ts'),
    'if (pointer + length > size) {',
    'if (pointer + length > size + 1) {',
    calls,
  ),
  slip(
    'the length of an output is signed',
    engine('execute.ts'),
    'Number((packed >> 32n) & 0xffff_ffffn);\n  const size',
    'Number(packed >> 32n);\n  const size',
    calls,
  ),
  slip(
    'a memory that begins at its limit is refused',
    engine('execute.ts'),
    'if (minPages > maxPages) {',
    'if (minPages >= maxPages) {',
    calls,
  ),
  slip(
    'a limit of pages above what there can be is a fault of ours',
    engine('execute.ts'),
    'Math.min(semantics.maximumPages, WASM_MAX_PAGES)',
    'semantics.maximumPages',
    calls,
  ),
  slip(
    'the heap base is looked for before memory',
    engine('execute.ts'),
    "if (shape.memoryExport !== 'memory')\n    return invalid(`the export 'memory' is ${describe(shape.memoryExport)}`);\n  if (shape.heapBase !== 'i32') return invalid(`the export '__heap_base' is ${describe(shape.heapBase)}`);",
    "if (shape.heapBase !== 'i32') return invalid(`the export '__heap_base' is ${describe(shape.heapBase)}`);\n  if (shape.memoryExport !== 'memory')\n    return invalid(`the export 'memory' is ${describe(shape.memoryExport)}`);",
    calls,
  ),
  slip(
    'a native stack of exactly the least is too small',
    engine('execute.ts'),
    'semantics.stackNativeMax < MIN_NATIVE_STACK_BYTES',
    'semantics.stackNativeMax <= MIN_NATIVE_STACK_BYTES',
    calls,
  ),
  slip(
    'a value takes sixteen bytes of the native stack',
    engine('execute.ts'),
    'const NATIVE_BYTES_PER_VALUE = 8;',
    'const NATIVE_BYTES_PER_VALUE = 16;',
    calls,
  ),
  slip(
    'the native stack limits nobody',
    engine('execute.ts'),
    '  limitNativeStack(shape.heightExport, exports, semantics);\n',
    '',
    calls,
  ),
  slip(
    'a call of what nobody provides is a fault of ours',
    engine('execute.ts'),
    '    error instanceof MissingFunctionError ||\n',
    '',
    calls,
  ),
  slip(
    'params that the allocator refuses are a fault of ours',
    engine('execute.ts'),
    '    error instanceof HostFunctionError ||\n',
    '',
    calls,
  ),
  slip(
    'a precheck links the functions of RFC-163 always',
    engine('prepare.ts'),
    "options.semantics.enabledHostFunctions.has('EccRfc163')",
    'true',
    calls,
  ),
  slip(
    'a native stack of nothing is enough to prepare',
    engine('prepare.ts'),
    'if (options.semantics.stackNativeMax === 0)',
    'if (options.semantics.stackNativeMax < 0)',
    calls,
  ),
  slip(
    'the length of compressed code is told',
    engine('prepare.ts'),
    'observedWasmCodeLength: raw.length,',
    'observedWasmCodeLength: code.length,',
    calls,
  ),
  slip(
    'imported functions count as the rewriter’s own',
    engine('prepare.ts'),
    'functions: imported + defined }',
    'functions: defined }',
    calls,
  ),
];

const workers = [
  slip(
    'a template is kept however much it holds',
    execute('templates.ts'),
    'bytes > MAX_KEPT_BYTES ? undefined : this.#budget.placeFor(key, bytes);',
    'this.#budget.placeFor(key, bytes);',
    kept,
  ),
  slip(
    'an artifact that has no template is tried again each time',
    execute('templates.ts'),
    '    this.#unusable.add(key);\n',
    '',
    kept,
  ),
  slip(
    'a template that has ended keeps its place',
    execute('templates.ts'),
    '    this.#dropEnded();\n',
    '',
    kept,
  ),
  slip(
    'what a template turns out to hold does not count',
    execute('templates.ts'),
    'const bytes = Math.max(expectedBytes, this.#heldBytes(entry));',
    'const bytes = expectedBytes;',
    kept,
  ),
  slip(
    'a template that failed keeps its place',
    execute('templates.ts'),
    "'a template was given up');\n    this.#drop(key);",
    "'a template was given up');",
    kept,
  ),
  slip(
    'any failure of a template is the template’s',
    execute('templates.ts'),
    '    if (!(error instanceof TemplateError)) throw error;\n',
    '',
    kept,
  ),
  slip(
    'a template that is not kept lives on',
    execute('templates.ts'),
    '      end(entry);\n      return false;',
    '      return false;',
    kept,
  ),
  slip(
    'templates go on while another candidate runs alone',
    execute('templates.ts'),
    '      this.#giveUp(key, error);\n      Template.rest();',
    '      this.#giveUp(key, error);',
    kept,
  ),
  slip(
    'a file that the host has removed keeps its space',
    execute('artifact-file.ts'),
    'fstatSync(fd).nlink === 0',
    'fstatSync(fd).nlink > 9',
    files,
  ),
  slip(
    'one file more is known than may be',
    execute('artifact-file.ts'),
    'this.#known.size < this.#maxKnown',
    'this.#known.size <= this.#maxKnown',
    files,
  ),
  slip(
    'a worker takes more than a GiB for templates by itself',
    execute('template-limits.ts'),
    'Math.min(MOST_BY_ITSELF_BYTES, ',
    'Math.max(MOST_BY_ITSELF_BYTES, ',
    [['execute-worker', 'test/template-limits']],
  ),
  slip(
    'the memory of the machine counts where a group has less',
    execute('template-limits.ts'),
    'allowed > 0 ? Math.min(allowed, totalmem()) : totalmem()',
    'totalmem()',
    [['execute-worker', 'test/template-limits']],
  ),
  slip(
    'a template takes one descriptor',
    execute('template-limits.ts'),
    'const DESCRIPTORS_EACH = 10;',
    'const DESCRIPTORS_EACH = 1;',
    [['execute-worker', 'test/template-limits']],
  ),
  slip(
    'the hard limit of descriptors is lowered',
    execute('template-limits.ts'),
    "setResourceLimit('NOFILE', wanted, hard)",
    "setResourceLimit('NOFILE', wanted)",
    [['execute-worker', 'test/template-limits']],
  ),
  slip(
    'requests to run may have half of what a host may send',
    execute('worker.ts'),
    'const REQUEST_LIMIT_BYTES = 128 * 1024 * 1024;',
    'const REQUEST_LIMIT_BYTES = 64 * 1024 * 1024;',
    connection,
    EXECUTE,
  ),
  slip(
    'executor params may have a KiB',
    execute('worker.ts'),
    'const HANDSHAKE_LIMIT_BYTES = 1 << 20;',
    'const HANDSHAKE_LIMIT_BYTES = 1 << 10;',
    connection,
    EXECUTE,
  ),
  slip(
    'requests to prepare may have half of what a host may send',
    prepare('worker.ts'),
    'const REQUEST_LIMIT_BYTES = 128 * 1024 * 1024;',
    'const REQUEST_LIMIT_BYTES = 64 * 1024 * 1024;',
    connection,
    PREPARE,
  ),
  slip(
    'an artifact may have a MiB',
    prepare('worker.ts'),
    'const OUTPUT_LIMIT_BYTES = 1024 * 1024 * 1024;',
    'const OUTPUT_LIMIT_BYTES = 1024 * 1024;',
    [['prepare-worker']],
    PREPARE,
  ),
];

export const slips = [...guests, ...workers];
