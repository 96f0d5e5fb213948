// What a host function costs inside a job: `pnpm bench` prints MB/s, calls/s and the time of one call, next to
// node:crypto where that has the function.
//
// A worker process with the flags of the real one compiles the helpers, then forks a job per row. The job
// instantiates a guest that calls the host function in a loop (no JavaScript in between), makes all executable
// memory read-only as a real job does, and measures its own CPU time; the best of some rounds counts.
import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { encodeGuest } from './guest.mjs';

const FLAGS = [
  '--single-threaded',
  '--v8-pool-size=0',
  '--disable-sigusr1',
  '--no-liftoff',
  '--no-wasm-tier-up',
  '--no-wasm-lazy-compilation',
  '--wasm-wrapper-tiering-budget=1000000000',
  '--no-wasm-inlining',
  '--no-opt',
  '--no-maglev',
  '--no-sparkplug',
  '--no-warnings',
  '--expose-gc',
  '--no-incremental-marking',
];

if (!process.execArgv.includes('--single-threaded')) {
  const self = fileURLToPath(import.meta.url);
  const { status } = spawnSync(process.execPath, [...FLAGS, self, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}

const sandbox = await import('@pvf/linux');
const { inJob, lockMemory, measure } = await import('./job.mjs');
const { createHostFunctions, HOST_FUNCTION_SIGNATURES, prepareHostFunctions } = await import(
  '../src/host-functions/index.ts'
);
const { exampleArguments } = await import('./examples.mjs');

const PAGE = 65_536;
const HEAP_BASE = 256 * PAGE;

/** Where the arguments that `exampleArguments` describes go, and the numbers for the call. */
function layOut(descriptions) {
  let at = PAGE;
  const ranges = [];
  const args = descriptions.map((description) => {
    if (typeof description === 'number') return description;
    const { bytes, fat } = description;
    const address = at;
    ranges.push({ address, bytes });
    at = (at + bytes.length + 63) & ~63;
    return fat ? (BigInt(bytes.length) << 32n) | BigInt(address) : address;
  });
  return { args, ranges };
}

function newMemory() {
  return new WebAssembly.Memory({ initial: 300, maximum: 2080 });
}

function benchCall(name, descriptions) {
  const { args, ranges } = layOut(descriptions);
  const signature = HOST_FUNCTION_SIGNATURES.get(name);
  const isPointer = /hashing|_root_|malloc/.test(name);
  const guest = new WebAssembly.Module(encodeGuest(name, signature, args, isPointer));
  return inJob(() => {
    const memory = newMemory();
    const host = createHostFunctions({
      memory,
      maxPages: 2080,
      eccEnabled: true,
      loggingMaxLevel: 1,
    });
    host.setHeapBase(HEAP_BASE);
    for (const { address, bytes } of ranges) new Uint8Array(memory.buffer).set(bytes, address);
    const { exports } = new WebAssembly.Instance(guest, { env: host.imports, pvf: { memory } });
    lockMemory();
    return { ns: measure((n) => exports.run(n)) };
  }).ns;
}

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

function row(label, ns, bytes, native) {
  const rate = bytes ? `${number.format((bytes / ns) * 1000)} MB/s` : `${number.format(1e9 / ns)} /s`;
  const one = ns < 1e4 ? `${ns.toFixed(0)} ns` : `${(ns / 1000).toFixed(1)} µs`;
  const other =
    native === undefined
      ? ''
      : bytes
        ? `${number.format((bytes / native) * 1000)} MB/s`
        : `${number.format(1e9 / native)} /s`;
  console.log(`| ${label.padEnd(46)} | ${one.padStart(10)} | ${rate.padStart(16)} | ${other.padStart(14)} |`);
}

function nativeHash(algorithm, bytes) {
  if (!algorithm) return undefined;
  return inJob(() => ({
    ns: measure((n) => {
      for (let i = 0; i < n; i++) createHash(algorithm).update(bytes).digest();
    }, 3),
  })).ns;
}

function nativeVerify(kind) {
  const { privateKey, publicKey } =
    kind === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  const message = Buffer.alloc(32, 7);
  const algorithm = kind === 'ed25519' ? null : 'sha256';
  const signature = sign(algorithm, message, privateKey);
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return inJob(() => ({
    ns: measure((n) => {
      for (let i = 0; i < n; i++) {
        const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
        if (!verify(algorithm, message, key, signature)) throw new Error('bad signature');
      }
    }, 3),
  })).ns;
}

sandbox.initialise();
const start = process.cpuUsage();
prepareHostFunctions();
const prepared = process.cpuUsage(start);
const eccStart = process.cpuUsage();
prepareHostFunctions({ ecc: true });
const eccPrepared = process.cpuUsage(eccStart);
// Warm lazily loaded parts of node:crypto, as long as files can still be opened and threads started.
for (const algorithm of ['sha256', 'blake2b512', 'sha3-256', 'sha3-512'])
  createHash(algorithm).update('x').digest();
const nativeEd25519 = () => nativeVerify('ed25519');
const nativeEcdsa = () => nativeVerify('ecdsa');
nativeVerifyWarmUp();
function nativeVerifyWarmUp() {
  for (const kind of ['ed25519', 'ec']) {
    const { privateKey, publicKey } = generateKeyPairSync(
      kind,
      kind === 'ec' ? { namedCurve: 'secp256k1' } : undefined,
    );
    const algorithm = kind === 'ec' ? 'sha256' : null;
    verify(algorithm, Buffer.from('x'), publicKey, sign(algorithm, Buffer.from('x'), privateKey));
  }
}
sandbox.endSiblingThreads();

const only = process.argv[2];
const wanted = (name) => !only || name.includes(only);

console.log(
  `prepareHostFunctions: ${((prepared.user + prepared.system) / 1000).toFixed(0)} ms of CPU, once per worker`,
);
console.log(
  `  with ecc: ${((eccPrepared.user + eccPrepared.system) / 1000).toFixed(0)} ms more, where the executor parameters ask for it`,
);
// The first call of a fresh fork is what a job pays: copying pages on write included. A heap that is nearly full
// when the worker forks would add a collection of garbage to every job.
globalThis.gc();
const creations = Array.from(
  { length: 31 },
  () =>
    inJob(() => {
      const memory = newMemory();
      const begin = process.hrtime.bigint();
      createHostFunctions({ memory, maxPages: 2080, eccEnabled: false, loggingMaxLevel: 1 });
      return { us: Number(process.hrtime.bigint() - begin) / 1000 };
    }).us,
).sort((x, y) => x - y);
console.log(
  `createHostFunctions: ${creations[0].toFixed(0)} µs at best, ${creations[15].toFixed(0)} µs median, once per job`,
);
console.log(
  `| ${'host function'.padEnd(46)} | ${'one call'.padStart(10)} | ${'rate'.padStart(16)} | ${'node:crypto'.padStart(14)} |`,
);
console.log(`| ${'-'.repeat(46)} | ---------: | ---------------: | -------------: |`);

if (wanted('allocator'))
  row('allocator: malloc + free, 32 bytes', benchCall('ext_allocator_malloc_version_1', [32]));

const HASHES = [
  ['ext_hashing_twox_64_version_1', undefined],
  ['ext_hashing_twox_128_version_1', undefined],
  ['ext_hashing_twox_256_version_1', undefined],
  ['ext_hashing_blake2_128_version_1', undefined],
  ['ext_hashing_blake2_256_version_1', 'blake2b512'],
  ['ext_hashing_keccak_256_version_1', 'sha3-256'],
  ['ext_hashing_keccak_512_version_1', 'sha3-512'],
  ['ext_hashing_sha2_256_version_1', 'sha256'],
];
for (const [name, native] of HASHES) {
  if (!wanted(name)) continue;
  for (const size of [32, 100, 1_000_000]) {
    const bytes = Buffer.alloc(size, 5);
    const ns = benchCall(name, [{ bytes, fat: true }]);
    row(`${name.slice(4)} ${size} B`, ns, size >= 1000 ? size : undefined, nativeHash(native, bytes));
  }
}

const native = new Map([
  ['ext_crypto_ed25519_verify_version_1', nativeEd25519],
  ['ext_crypto_ecdsa_verify_version_2', nativeEcdsa],
]);
for (const [label, name, args] of exampleArguments()) {
  if (!wanted(name)) continue;
  if (!HOST_FUNCTION_SIGNATURES.has(name)) continue;
  row(label, benchCall(name, args), undefined, native.get(name)?.());
}
