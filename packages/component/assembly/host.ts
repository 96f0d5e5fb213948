// The interfaces of world pvf:parachain on the host functions of a PVF. Pointers and lengths are checked before the host
// sees them; what the host allocates is copied into the guest's memory and freed at once.
import { aligned, allocate, leave } from './guest';
import { inGuest, move } from './memory';

// @ts-expect-error: decorator
@external('env', 'ext_hashing_blake2_128_version_1') declare function ext_blake2_128(data: u64): u32;
// @ts-expect-error: decorator
@external('env', 'ext_hashing_blake2_256_version_1') declare function ext_blake2_256(data: u64): u32;
// @ts-expect-error: decorator
@external('env', 'ext_hashing_keccak_256_version_1') declare function ext_keccak_256(data: u64): u32;
// @ts-expect-error: decorator
@external('env', 'ext_hashing_keccak_512_version_1') declare function ext_keccak_512(data: u64): u32;
// @ts-expect-error: decorator
@external('env', 'ext_hashing_sha2_256_version_1') declare function ext_sha2_256(data: u64): u32;
// @ts-expect-error: decorator
@external('env', 'ext_hashing_twox_64_version_1') declare function ext_twox_64(data: u64): u32;
// @ts-expect-error: decorator
@external('env', 'ext_hashing_twox_128_version_1') declare function ext_twox_128(data: u64): u32;
// @ts-expect-error: decorator
@external('env', 'ext_hashing_twox_256_version_1') declare function ext_twox_256(data: u64): u32;
// @ts-expect-error: decorator
@external('env', 'ext_crypto_ed25519_verify_version_1') declare function ext_ed25519(s: u32, m: u64, k: u32): u32;
// @ts-expect-error: decorator
@external('env', 'ext_crypto_sr25519_verify_version_2') declare function ext_sr25519(s: u32, m: u64, k: u32): u32;
// @ts-expect-error: decorator
@external('env', 'ext_crypto_ecdsa_verify_version_2') declare function ext_ecdsa(s: u32, m: u64, k: u32): u32;
// @ts-expect-error: decorator
@external('env', 'ext_crypto_secp256k1_ecdsa_recover_version_2') declare function ext_recover(s: u32, h: u32): u64;
// @ts-expect-error: decorator
@external('env', 'ext_crypto_secp256k1_ecdsa_recover_compressed_version_2')
declare function ext_recover_compressed(s: u32, h: u32): u64;
// @ts-expect-error: decorator
@external('env', 'ext_logging_log_version_1') declare function ext_log(level: u32, target: u64, text: u64): void;
// @ts-expect-error: decorator
@external('env', 'ext_allocator_free_version_1') declare function ext_free(pointer: u32): void;
// @ts-expect-error: decorator
@external('glue', 'host_heap') declare const HOST_HEAP: u32;
// @ts-expect-error: decorator
@external('glue', 'host_heap_end') declare const HOST_HEAP_END: u32;
// @ts-expect-error: decorator
@external('glue', 'texts') declare const TEXTS: u32;

const LEVELS: u32 = 5;

/** Traps unless `length` bytes at `pointer` lie in the host's heap. Returns the pointer. */
export function inHostHeap(pointer: u32, length: u32): u32 {
  if (pointer < HOST_HEAP || <u64>pointer + <u64>length > <u64>HOST_HEAP_END) unreachable();
  return pointer;
}

function fat(pointer: u32, length: u32): u64 {
  return (<u64>length << 32) | <u64>pointer;
}

function data(pointer: u32, length: u32): u64 {
  leave();
  return fat(inGuest(pointer, length), length);
}

/** Copies what the host allocated into memory of the guest's; writes pointer and length to `list`. */
function give(allocated: u32, offset: u32, length: u32, list: u32): void {
  inHostHeap(allocated, offset + length);
  const copy = allocate(1, length);
  move(copy, allocated + offset, length);
  ext_free(allocated);
  store<u32>(list, copy);
  store<u32>(list, length, 4);
}

function giveHash(hash: u32, length: u32, list: u32): void {
  aligned(list, 4);
  inGuest(list, 8);
  give(hash, 0, length, list);
}

export function hashing_blake2_b128(p: u32, n: u32, list: u32): void {
  giveHash(ext_blake2_128(data(p, n)), 16, list);
}
export function hashing_blake2_b256(p: u32, n: u32, list: u32): void {
  giveHash(ext_blake2_256(data(p, n)), 32, list);
}
export function hashing_keccak256(p: u32, n: u32, list: u32): void {
  giveHash(ext_keccak_256(data(p, n)), 32, list);
}
export function hashing_keccak512(p: u32, n: u32, list: u32): void {
  giveHash(ext_keccak_512(data(p, n)), 64, list);
}
export function hashing_sha2256(p: u32, n: u32, list: u32): void {
  giveHash(ext_sha2_256(data(p, n)), 32, list);
}
export function hashing_twox64(p: u32, n: u32, list: u32): void {
  giveHash(ext_twox_64(data(p, n)), 8, list);
}
export function hashing_twox128(p: u32, n: u32, list: u32): void {
  giveHash(ext_twox_128(data(p, n)), 16, list);
}
export function hashing_twox256(p: u32, n: u32, list: u32): void {
  giveHash(ext_twox_256(data(p, n)), 32, list);
}

export function signatures_ed25519_verify(s: u32, sn: u32, m: u32, mn: u32, k: u32, kn: u32): u32 {
  const message = data(m, mn);
  inGuest(s, sn);
  inGuest(k, kn);
  return sn == 64 && kn == 32 ? <u32>(ext_ed25519(s, message, k) != 0) : 0;
}
export function signatures_sr25519_verify(s: u32, sn: u32, m: u32, mn: u32, k: u32, kn: u32): u32 {
  const message = data(m, mn);
  inGuest(s, sn);
  inGuest(k, kn);
  return sn == 64 && kn == 32 ? <u32>(ext_sr25519(s, message, k) != 0) : 0;
}
export function signatures_ecdsa_verify(s: u32, sn: u32, m: u32, mn: u32, k: u32, kn: u32): u32 {
  const message = data(m, mn);
  inGuest(s, sn);
  inGuest(k, kn);
  return sn == 65 && kn == 33 ? <u32>(ext_ecdsa(s, message, k) != 0) : 0;
}

/** Checks the arguments of a recovery; true if their lengths are right. */
function recoverable(s: u32, sn: u32, h: u32, hn: u32, option: u32): boolean {
  leave();
  inGuest(s, sn);
  inGuest(h, hn);
  aligned(option, 4);
  inGuest(option, 12);
  return sn == 65 && hn == 32;
}

/** The host's answer is `Result<[u8; n], error>` in SCALE: a byte 0, then the key; or a byte 1, then the error. */
function giveKey(answer: u64, length: u32, option: u32): void {
  const allocated = <u32>answer;
  inHostHeap(allocated, <u32>(answer >> 32));
  if (load<u8>(allocated) != 0) {
    ext_free(allocated);
    store<u8>(option, 0);
    return;
  }
  if (<u32>(answer >> 32) != length + 1) unreachable();
  give(allocated, 1, length, option + 4);
  store<u8>(option, 1);
}

export function signatures_secp256k1_ecdsa_recover(s: u32, sn: u32, h: u32, hn: u32, option: u32): void {
  if (recoverable(s, sn, h, hn, option)) giveKey(ext_recover(s, h), 64, option);
  else store<u8>(option, 0);
}
export function signatures_secp256k1_ecdsa_recover_compressed(s: u32, sn: u32, h: u32, hn: u32, option: u32): void {
  if (recoverable(s, sn, h, hn, option)) giveKey(ext_recover_compressed(s, h), 33, option);
  else store<u8>(option, 0);
}

export function logging_log(level: u32, t: u32, tn: u32, m: u32, mn: u32): void {
  if (level >= LEVELS) unreachable();
  const message = data(m, mn);
  ext_log(level, fat(inGuest(t, tn), tn), message);
}

/** Logs as an error what lies anywhere in memory, with the target `pvf`. */
function logError(text: u32, length: u32): void {
  store<u32>(TEXTS, 0x667670); // p, v, f
  ext_log(0, fat(TEXTS, 3), fat(text, length));
}

/** An import that no validation function has was called; its name is among the texts. */
export function refuse(text: u32, length: u32): void {
  logError(text, length);
  unreachable();
}

/** The guest's own no: the text lies in its memory. */
export function reject(text: u32, length: u32): void {
  inGuest(text, length);
  logError(text, length);
  unreachable();
}
