// Keccak-256 as Ethereum and the adder parachain use it: Keccak-f[1600], rate 1088, padding byte 0x01 (not SHA-3's 0x06).
// Constants and step order: https://keccak.team/keccak_specs_summary.html

const RATE_BYTES: usize = 136;
const ROUNDS: usize = 24;

const ROUND_CONSTANTS = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
  0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
  0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
  0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
  0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
]);
/** Rotation of the lane that the rho-pi walk moves at each of its 24 steps. */
const ROTATIONS = memory.data<u8>([
  1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
]);
/** Lane that receives it. */
const TARGETS = memory.data<u8>([
  10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1,
]);

const STATE = memory.data(200, 8);
const COLUMNS = memory.data(40, 8);

/** Writes the 32-byte hash of `length` bytes at `source` to `out`. */
export function keccak256(source: usize, length: usize, out: usize): void {
  for (let i: usize = 0; i < 200; i += 8) store<u64>(STATE + i, 0);
  while (length >= RATE_BYTES) {
    for (let i: usize = 0; i < RATE_BYTES; i += 8) xorLane(i, load<u64>(source + i));
    permute();
    source += RATE_BYTES;
    length -= RATE_BYTES;
  }
  for (let i: usize = 0; i < length; i++) xorByte(i, load<u8>(source + i));
  xorByte(length, 0x01);
  xorByte(RATE_BYTES - 1, 0x80);
  permute();
  for (let i: usize = 0; i < 32; i += 8) store<u64>(out + i, load<u64>(STATE + i));
}

function xorLane(offset: usize, value: u64): void {
  store<u64>(STATE + offset, load<u64>(STATE + offset) ^ value);
}

function xorByte(offset: usize, value: u8): void {
  store<u8>(STATE + offset, load<u8>(STATE + offset) ^ value);
}

function permute(): void {
  for (let round: usize = 0; round < ROUNDS; round++) {
    theta();
    rhoPi();
    chi();
    xorLane(0, load<u64>(ROUND_CONSTANTS + (round << 3)));
  }
}

function theta(): void {
  for (let x: usize = 0; x < 40; x += 8) {
    let column = load<u64>(STATE + x);
    for (let y: usize = 40; y < 200; y += 40) column ^= load<u64>(STATE + x + y);
    store<u64>(COLUMNS + x, column);
  }
  for (let x: usize = 0; x < 5; x++) {
    const left = load<u64>(COLUMNS + (((x + 4) % 5) << 3));
    const right = load<u64>(COLUMNS + (((x + 1) % 5) << 3));
    const mix = left ^ rotl<u64>(right, 1);
    for (let y: usize = 0; y < 200; y += 40) xorLane((x << 3) + y, mix);
  }
}

function rhoPi(): void {
  let moving = load<u64>(STATE + 8);
  for (let step: usize = 0; step < 24; step++) {
    const lane = STATE + ((<usize>load<u8>(TARGETS + step)) << 3);
    const displaced = load<u64>(lane);
    store<u64>(lane, rotl<u64>(moving, <u64>load<u8>(ROTATIONS + step)));
    moving = displaced;
  }
}

function chi(): void {
  for (let y: usize = 0; y < 200; y += 40) {
    const row = STATE + y;
    const a = load<u64>(row);
    const b = load<u64>(row, 8);
    const c = load<u64>(row, 16);
    const d = load<u64>(row, 24);
    const e = load<u64>(row, 32);
    store<u64>(row, a ^ (~b & c));
    store<u64>(row, b ^ (~c & d), 8);
    store<u64>(row, c ^ (~d & e), 16);
    store<u64>(row, d ^ (~e & a), 24);
    store<u64>(row, e ^ (~a & b), 32);
  }
}
