import { slip } from '../slip.mjs';

const wasm = (path) => `packages/executor/src/wasm/${path}`;
const src = (path) => `packages/executor/src/${path}`;
const asm = (path) => `packages/executor/assembly/${path}`;
/** One after the other: the quick ones first. */
const executor = (...files) => files.map((file) => ['executor', `test/${file}`]);
const rewrite = executor('wasm/rewrite', 'wasm/refusals', 'wasm/properties');
const properties = executor('wasm/rewrite', 'wasm/dead-code', 'wasm/properties');
const refusals = executor('wasm/refusals', 'wasm/hostile', 'wasm/dead-code');
const dead = executor('wasm/refusals', 'wasm/dead-code');
const nan = executor('wasm/nan', 'wasm/properties');
const allocator = executor('allocator');
const signatures = executor('host-functions/signatures');
const trie = executor('host-functions/trie');
const hashing = executor('host-functions/hashing');
const logging = executor('host-functions/logging');
const blob = executor('blob');
const artifact = executor('engine/artifact');
/** AssemblyScript is compiled before its tests. */
const SHIM = { assembly: 'shim' };
const CORE = { assembly: 'core' };
const CI = { sample: true };

const metering = [
  slip(
    'a call costs one value less',
    wasm('height.ts'),
    'const ACTIVATION_COST = 2;',
    'const ACTIVATION_COST = 1;',
    rewrite,
    CI,
  ),
  slip(
    'heights in unreachable code count',
    wasm('scan-instructions.ts'),
    'if (model.height > model.maximum && !model.unreachable)',
    'if (model.height > model.maximum)',
    properties,
  ),
  slip(
    'a block in dead code is dead',
    wasm('height.ts'),
    '    this.base = this.height;\n    this.unreachable = false;\n    this.depth++;',
    '    this.base = this.height;\n    this.depth++;',
    dead,
  ),
  slip(
    'code behind a block in dead code is alive',
    wasm('height.ts'),
    'this.unreachable = (this.#flags[top - 1]! & 1) === 1;',
    'this.unreachable = false;',
    dead,
  ),
  slip(
    'a pop at the base of a block passes',
    wasm('height.ts'),
    'if (this.height === this.base) return this.unreachable;',
    'if (this.height === this.base) return true;',
    dead,
  ),
  slip(
    'a pop may not go below the base of its block',
    wasm('height.ts'),
    'return this.height >= 0;',
    'return this.height >= this.base;',
    dead,
  ),
  slip(
    'a branch to a loop takes its results',
    wasm('scan-instructions.ts'),
    'model.open(reader.blockType() === -0x40 ? 0 : 1, 0);',
    'const arity = reader.blockType() === -0x40 ? 0 : 1;\n        model.open(arity, arity);',
    dead,
  ),
  slip(
    'code behind br_table is alive',
    wasm('scan-instructions.ts'),
    'const fits = equal && arity >= 0 && model.pop(arity);\n  model.unreachable = true;',
    'const fits = equal && arity >= 0 && model.pop(arity);',
    dead,
  ),
  slip(
    'br_table may have targets of different arity',
    wasm('scan-instructions.ts'),
    'if (i > 0 && next !== arity) equal = false;',
    '',
    refusals,
  ),
  slip(
    'br_if leaves nothing behind',
    wasm('scan-instructions.ts'),
    '        model.height += Math.max(arity, 0);\n',
    '',
    rewrite,
  ),
  slip(
    'code behind br is alive',
    wasm('scan-instructions.ts'),
    'fits = arity >= 0 && model.pop(arity);\n        model.unreachable = true;',
    'fits = arity >= 0 && model.pop(arity);',
    dead,
  ),
  slip(
    'code behind return is alive',
    wasm('scan-instructions.ts'),
    'fits = model.pop(results);\n        model.unreachable = true;',
    'fits = model.pop(results);',
    dead,
  ),
  slip(
    'select takes two operands',
    wasm('scan-instructions.ts'),
    'fits = model.pop(2) && model.pop(1);',
    'fits = model.pop(2);',
    properties,
  ),
  slip(
    'call_indirect does not take its index',
    wasm('scan-instructions.ts'),
    'fits = model.pop(1) && applyType(reader, state, type, at);',
    'fits = applyType(reader, state, type, at);',
    properties,
  ),
  slip(
    'locals cost nothing',
    wasm('scan-body.ts'),
    'const cost = locals + height;',
    'const cost = height;',
    properties,
  ),
  slip(
    'a stack at its limit traps',
    wasm('entry-metering.ts'),
    'out.byte(Op.i32GtU);',
    'out.byte(0x4f); // i32.ge_u',
    properties,
  ),
  slip(
    'a function without calls may be one value too high',
    wasm('entry-metering.ts'),
    'this.#trapAbove(out, this.#limit - cost);',
    'this.#trapAbove(out, this.#limit - cost + 1);',
    properties,
  ),
  slip(
    'a return does not take the cost back',
    wasm('scan-instructions.ts'),
    'state.returns.push(model.depth - 1);',
    'state.returns.push(model.depth - 2);',
    properties,
  ),
  slip(
    'the start function is charged nothing',
    wasm('thunks.ts'),
    '  if (state.start !== undefined) visit(state.start);\n',
    '',
    rewrite,
  ),
  slip(
    'exported functions are charged nothing',
    wasm('thunks.ts'),
    'if (kind === Kind.function) visit(index);',
    '',
    rewrite,
  ),
  slip(
    'a thunk has the last of equal types',
    wasm('thunks.ts'),
    'order.sort((a, b) => compare(a, b) || a - b);',
    'order.sort((a, b) => compare(a, b) || b - a);',
    rewrite,
  ),
];

const validation = [
  slip(
    'a branch to a label that is not there passes',
    wasm('scan-instructions.ts'),
    'if (arity < 0) state.refuse(reader, `unknown label ${label}`, at);',
    '',
    refusals,
    {
      survives:
        'the branch then takes no known number of values, for which the next line refuses the module with the same error',
    },
  ),
  slip(
    'the label of the function itself is not there',
    wasm('height.ts'),
    'return label < this.depth ?',
    'return label < this.depth - 1 ?',
    rewrite,
  ),
  slip(
    'alignment above the natural one passes',
    wasm('scan-instructions.ts'),
    'if (engine && alignment > NATURAL_ALIGNMENT[opcode]!) {',
    'if (engine && alignment > NATURAL_ALIGNMENT[opcode]! + 1) {',
    refusals,
  ),
  slip(
    'a branch table of 65,521 targets passes',
    wasm('scan-instructions.ts'),
    'const MAX_BRANCH_TARGETS = 65_520;',
    'const MAX_BRANCH_TARGETS = 65_521;',
    executor('wasm/refusals', 'wasm/hostile'),
  ),
  slip(
    '50,001 locals pass',
    wasm('scan-body.ts'),
    'const MAX_LOCALS = 50_000;',
    'const MAX_LOCALS = 50_001;',
    executor('wasm/refusals', 'wasm/hostile', 'wasm/added-variables'),
  ),
  slip(
    'the locals added by the rewriter can be used',
    wasm('scan-instructions.ts'),
    'else if (variable >= variables) state.refuse(',
    'else if (variable > variables) state.refuse(',
    executor('wasm/added-variables', 'wasm/refusals'),
  ),
  slip(
    '1,001 parameters pass',
    wasm('sections.ts'),
    'const MAX_PARAMS = 1000;',
    'const MAX_PARAMS = 1001;',
    refusals,
  ),
  slip(
    'types with two results pass',
    wasm('sections.ts'),
    "if (results > 1) reader.fail('function type with more than one result', start);",
    '',
    refusals,
  ),
  slip(
    'an export of an unknown function passes',
    wasm('sections.ts'),
    'if (kind === Kind.function) requireFunction(reader, state, index, start);',
    '',
    refusals,
  ),
  slip(
    "an initialiser need not have its global's type",
    wasm('sections.ts'),
    'if (state.engine && value !== (type & 0xff)) {',
    'if (state.engine && value === undefined) {',
    refusals,
  ),
  slip(
    'a passive segment needs no extension',
    wasm('segments.ts'),
    "if (passive && !bulkMemory) refuse('passive segment without the bulk memory extension');",
    '',
    refusals,
  ),
  slip(
    'a preparation error hides a later format error',
    wasm('scan-state.ts'),
    "this.refusal ??= new RewriteError('PREPARATION', reason, reader.place(offset));",
    "throw new RewriteError('PREPARATION', reason, reader.place(offset));",
    refusals,
  ),
];

const floats = [
  slip(
    'NaNs of f32 arithmetic keep their bits',
    wasm('scan-instructions.ts'),
    'if (canonical !== 0) {',
    'if (canonical === ValueType.f64) {',
    nan,
  ),
  slip(
    'the canonical NaN of f64 is a signalling one',
    wasm('canonical-nan.ts'),
    '0x00, 0xf8, 0x7f]);',
    '0x01, 0xf0, 0x7f]);',
    nan,
  ),
  slip(
    'a NaN is taken by its comparison with itself reversed',
    wasm('canonical-nan.ts'),
    'out.byte(single ? Op.f32Eq : Op.f64Eq);',
    'out.byte(single ? Op.f32Eq + 1 : Op.f64Eq + 1);',
    nan,
  ),
];

const memory = [
  slip(
    'a block is smaller than its header says',
    asm('shim/allocator.ts'),
    'const order = 29 - clz<u32>(max<u32>(size, 8) - 1);',
    'const order = 29 - clz<u32>(max<u32>(size, 8));',
    allocator,
    SHIM,
  ),
  slip(
    'memory may grow one page above its limit',
    asm('shim/allocator.ts'),
    'if (current >= limit || needed > limit) poison(OUT_OF_SPACE);',
    'if (current > limit || needed > limit + 1) poison(OUT_OF_SPACE);',
    allocator,
    SHIM,
  ),
  slip(
    'memory grows by what is needed alone',
    asm('shim/allocator.ts'),
    'guestGrow(max(doubled, needed) - current)',
    'guestGrow(needed - current)',
    allocator,
    SHIM,
  ),
  slip(
    '33,554,433 bytes can be had',
    asm('shim/allocator.ts'),
    'if (size > LARGEST) poison(ALLOCATION_TOO_LARGE);',
    'if (size > LARGEST + 1) poison(ALLOCATION_TOO_LARGE);',
    allocator,
    SHIM,
  ),
  slip(
    'the heap does not begin at a multiple of eight',
    asm('shim/allocator.ts'),
    'const aligned = ((heapBase >> 3) + u32((heapBase & 7) != 0)) << 3;',
    'const aligned = heapBase;',
    allocator,
    SHIM,
  ),
  slip(
    'a freed block is free twice',
    asm('shim/allocator.ts'),
    'if (!(occupied & OCCUPIED)) poison(FREE_OF_FREE);',
    '',
    allocator,
    SHIM,
  ),
  slip(
    'an error poisons nothing',
    asm('shim/allocator.ts'),
    '  store<u32>(state + POISONED, 1);\n',
    '',
    allocator,
    SHIM,
  ),
  slip(
    'memory that shrank is not noticed',
    asm('shim/allocator.ts'),
    'if (pages < load<u32>(state + SEEN_PAGES)) poison(MEMORY_SHRUNK);',
    '',
    allocator,
    {
      ...SHIM,
      survives: 'no memory of WebAssembly can shrink; the check stands for the one of the reference',
    },
  ),
  slip(
    'an empty range outside memory passes',
    asm('shim/arguments.ts'),
    'if (u64(address) + length > u64(guestPages()) << 16) fail(OUT_OF_BOUNDS);',
    'if (length && u64(address) + length > u64(guestPages()) << 16) fail(OUT_OF_BOUNDS);',
    executor('host-functions/traps', 'host-functions/hashing'),
    SHIM,
  ),
];

const crypto = [
  slip('v is taken as it is', asm('core/secp256k1/ecdsa.ts'), 'v > 26 ? v - 27 : v', 'v', signatures, CORE),
  slip(
    'v above 26 begins at 28',
    asm('core/secp256k1/ecdsa.ts'),
    'v > 26 ? v - 27 : v',
    'v > 27 ? v - 27 : v',
    signatures,
    CORE,
  ),
  slip(
    'a bad v is a bad signature',
    asm('core/secp256k1/ecdsa.ts'),
    'if (recovery > 3) return BAD_V;',
    'if (recovery > 3) return BAD_SIGNATURE;',
    signatures,
    CORE,
  ),
  slip(
    'a key is compared but for its last byte',
    asm('core/secp256k1/ecdsa.ts'),
    'for (let i: u32 = 0; i < 33; i++) if (load<u8>(COMPRESSED + i)',
    'for (let i: u32 = 0; i < 32; i++) if (load<u8>(COMPRESSED + i)',
    signatures,
    CORE,
  ),
  slip(
    'the new ecdsa_verify takes overflowing signatures',
    asm('shim/crypto.ts'),
    'return ecdsa(signature, message, key, false);\n}\n\nexport function ext_crypto_ecdsa_verify_prehashed',
    'return ecdsa(signature, message, key, true);\n}\n\nexport function ext_crypto_ecdsa_verify_prehashed',
    signatures,
    SHIM,
  ),
  slip(
    'the new sr25519_verify takes deprecated signatures',
    asm('shim/crypto.ts'),
    'return sr25519(signature, message, key, false);\n}\n\nexport function ext_crypto_ecdsa_verify_version_1',
    'return sr25519(signature, message, key, true);\n}\n\nexport function ext_crypto_ecdsa_verify_version_1',
    signatures,
    SHIM,
  ),
  slip(
    'a bad signature does not spoil its batch',
    asm('shim/crypto.ts'),
    'if (!valid && load<u32>(state + BATCH) != BATCH_NONE) store<u32>(state + BATCH, BATCH_BAD);',
    '',
    executor('host-functions/signatures', 'host-functions/traps'),
    SHIM,
  ),
  slip(
    'keccak-512 has the rate of keccak-256',
    asm('shim/hashing.ts'),
    'return keccak(data, 72, 64);',
    'return keccak(data, 136, 64);',
    hashing,
    SHIM,
  ),
  slip(
    'an inlined node may have 32 bytes',
    asm('core/trie/trie-proof.ts'),
    '    if (length == 32) return INVALID; // a hash that should have been left out\n',
    '',
    trie,
    CORE,
  ),
  slip(
    'a rebuilt inline node may not have 32 bytes',
    asm('core/trie/trie-proof.ts'),
    '    if (length > 32) return INVALID;\n    const parent',
    '    if (length > 31 && load<u32>(node, INLINE)) return INVALID;\n    const parent',
    trie,
    CORE,
  ),
  slip(
    'a node that is left over does no harm',
    asm('core/trie/trie-proof.ts'),
    '      if (!complete) return INVALID;\n',
    '',
    trie,
    CORE,
  ),
  slip(
    'a value of a branch with a child is found below',
    asm('core/trie/trie-proof.ts'),
    'return valueKind == VALUE_NONE ? STEP_FOUND : STEP_ABSENT;',
    'return STEP_FOUND;',
    trie,
    CORE,
  ),
  slip(
    'the padding of a partial key may be anything',
    asm('core/trie/trie-proof.ts'),
    '  if (nibbles & 1 && load<u8>(partial) & 0xf0) return 0;\n',
    '',
    trie,
    CORE,
  ),
  slip(
    'state version 2 is no version',
    asm('shim/trie.ts'),
    'if (byte > 2) fail(BAD_ENUM);',
    'if (byte > 1) fail(BAD_ENUM);',
    executor('host-functions/trie', 'host-functions/traps'),
    SHIM,
  ),
  slip(
    'lines of the level of the filter are dropped',
    asm('shim/logging.ts'),
    'if ((level & 0xff) >= load<u32>(state + LOG_LEVEL)) return;',
    'if ((level & 0xff) + 1 >= load<u32>(state + LOG_LEVEL)) return;',
    logging,
    SHIM,
  ),
];

const engine = [
  slip(
    'a blob may grow one byte above its limit',
    src('blob/decompress.ts'),
    "if (content.length > room) throw new BlobError('POSSIBLE_BOMB', meta);",
    "if (content.length > room + 1) throw new BlobError('POSSIBLE_BOMB', meta);",
    blob,
  ),
  slip(
    'each frame of a blob has the whole limit',
    src('blob/decompress.ts'),
    'bombLimit - total, meta)',
    'bombLimit, meta)',
    blob,
  ),
  slip(
    'only the first frame of a blob counts',
    src('blob/decompress.ts'),
    '} while (at < blob.length);',
    '} while (false);',
    blob,
  ),
  slip(
    'an artifact of another engine is loaded',
    src('engine/load.ts'),
    'if (header.engine !== engine) {',
    'if (header.engine === "") {',
    artifact,
  ),
  slip(
    'an artifact with bytes behind it is split',
    src('engine/artifact.ts'),
    'if (codeEnd !== bytes.length) {',
    'if (codeEnd > bytes.length) {',
    artifact,
  ),
  slip(
    'a page count above 65,536 is believed',
    src('engine/artifact.ts'),
    '(value as number) <= MAX_PAGES',
    '(value as number) <= MAX_PAGES + 1',
    artifact,
  ),
  slip(
    'an import of another module is linked',
    src('engine/link.ts'),
    "if (module !== 'env') throw new ConstructionError(`import ${module}:${name} is not from module 'env'`);",
    '',
    executor('engine'),
  ),
  slip(
    'host functions of ECC are there without their param',
    src('engine/link.ts'),
    'if (known !== undefined && (eccEnabled || !known.eccOnly)) used.add(name);',
    'if (known !== undefined) used.add(name);',
    executor('engine'),
  ),
  slip(
    'an import may have any type',
    src('engine/link.ts'),
    'if (signature !== expected) {',
    'if (signature === undefined) {',
    executor('engine'),
  ),
];

export const slips = [...metering, ...validation, ...floats, ...memory, ...crypto, ...engine];
