// Merlin transcripts: STROBE-128 with the few operations Merlin uses.

import { keccakF } from "../hash/keccak";

const RATE: u32 = 166;
const FLAG_I: u32 = 1;
const FLAG_A: u32 = 2;
const FLAG_C: u32 = 4;
const FLAG_M: u32 = 16;

const STATE: u32 = u32(memory.data(208, 16));
const LENGTH: u32 = u32(memory.data(16, 16));
let position: u32 = 0;
let begin: u32 = 0;

/** Bytes that saveTranscript writes. */
export const TRANSCRIPT: u32 = 208;

export function saveTranscript(to: u32): void {
  memory.copy(to, STATE, 200);
  store<u32>(to, position, 200);
  store<u32>(to, begin, 204);
}

export function loadTranscript(from: u32): void {
  memory.copy(STATE, from, 200);
  position = load<u32>(from, 200);
  begin = load<u32>(from, 204);
}

function runF(): void {
  store<u8>(STATE + position, load<u8>(STATE + position) ^ begin);
  store<u8>(STATE + position + 1, load<u8>(STATE + position + 1) ^ 4);
  store<u8>(STATE + RATE + 1, load<u8>(STATE + RATE + 1) ^ 0x80);
  keccakF(STATE);
  position = 0;
  begin = 0;
}

// @ts-ignore: decorator
@inline
function absorbByte(byte: u32): void {
  store<u8>(STATE + position, load<u8>(STATE + position) ^ byte);
  if (++position == RATE) runF();
}

function absorb(from: u32, length: u32): void {
  for (let end = from + length; from < end; from++) absorbByte(load<u8>(from));
}

function operation(flags: u32): void {
  const old = begin;
  begin = position + 1;
  absorbByte(old);
  absorbByte(flags);
  if (flags & FLAG_C && position != 0) runF();
}

function label(text: u32, textLength: u32, length: u32): void {
  operation(FLAG_M | FLAG_A);
  absorb(text, textLength);
  store<u32>(LENGTH, length);
  absorb(LENGTH, 4);
}

/** append_message(label, message) */
export function transcriptAppend(text: u32, textLength: u32, message: u32, length: u32): void {
  label(text, textLength, length);
  operation(FLAG_A);
  absorb(message, length);
}

/** challenge_bytes(label, 64 bytes at `to`) */
export function transcriptChallenge(text: u32, textLength: u32, to: u32): void {
  label(text, textLength, 64);
  operation(FLAG_I | FLAG_A | FLAG_C);
  for (let i: u32 = 0; i < 64; i++) {
    store<u8>(to + i, load<u8>(STATE + position));
    store<u8>(STATE + position, 0);
    if (++position == RATE) runF();
  }
}

// prettier-ignore
const START = u32(memory.data<u8>([
  1, 168, 1, 0, 1, 96, 0x53, 0x54, 0x52, 0x4f, 0x42, 0x45, 0x76, 0x31, 0x2e, 0x30, 0x2e, 0x32, // STROBEv1.0.2
]));
// prettier-ignore
const MERLIN = u32(memory.data<u8>([0x4d, 0x65, 0x72, 0x6c, 0x69, 0x6e, 0x20, 0x76, 0x31, 0x2e, 0x30])); // Merlin v1.0
// prettier-ignore
const DOM_SEP = u32(memory.data<u8>([0x64, 0x6f, 0x6d, 0x2d, 0x73, 0x65, 0x70])); // dom-sep

/** Transcript::new(label) */
export function transcriptNew(text: u32, textLength: u32): void {
  memory.fill(STATE, 0, 200);
  memory.copy(STATE, START, 18);
  keccakF(STATE);
  position = 0;
  begin = 0;
  operation(FLAG_M | FLAG_A);
  absorb(MERLIN, 11);
  transcriptAppend(DOM_SEP, 7, text, textLength);
}
