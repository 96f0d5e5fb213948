// sr25519: schnorrkel signatures in the context "substrate".

import { doubleScalarMul, pointNegate } from "../ed25519/edwards";
import { ristrettoDecode, ristrettoEncode } from "./ristretto";
import { scalarIsCanonical, scalarReduce } from "../field/scalar25519";
import { loadTranscript, saveTranscript, transcriptAppend, transcriptChallenge, transcriptNew } from "./transcript";

const SIGNING_CONTEXT: u32 = u32(memory.data<u8>([83, 105, 103, 110, 105, 110, 103, 67, 111, 110, 116, 101, 120, 116])); // SigningContext
const SUBSTRATE: u32 = u32(memory.data<u8>([115, 117, 98, 115, 116, 114, 97, 116, 101])); // substrate
const SIGN_BYTES: u32 = u32(memory.data<u8>([115, 105, 103, 110, 45, 98, 121, 116, 101, 115])); // sign-bytes
const PROTO_NAME: u32 = u32(memory.data<u8>([112, 114, 111, 116, 111, 45, 110, 97, 109, 101])); // proto-name
const SCHNORR_SIG: u32 = u32(memory.data<u8>([83, 99, 104, 110, 111, 114, 114, 45, 115, 105, 103])); // Schnorr-sig
const SIGN_PK: u32 = u32(memory.data<u8>([115, 105, 103, 110, 58, 112, 107])); // sign:pk
const SIGN_R: u32 = u32(memory.data<u8>([115, 105, 103, 110, 58, 82])); // sign:R
const SIGN_C: u32 = u32(memory.data<u8>([115, 105, 103, 110, 58, 99])); // sign:c
const PK: u32 = u32(memory.data<u8>([112, 107])); // pk
const NO: u32 = u32(memory.data<u8>([110, 111])); // no

const A: u32 = u32(memory.data(160, 16));
const R: u32 = u32(memory.data(160, 16));
const S: u32 = u32(memory.data(32, 16));
const WIDE: u32 = u32(memory.data(64, 16));
const CHALLENGE: u32 = u32(memory.data(32, 16));
const ENCODED: u32 = u32(memory.data(32, 16));
const CONTEXT: u32 = u32(memory.data(208, 16));

/** Prepares the transcript that every signature starts from. Once. */
export function sr25519Init(): void {
  transcriptNew(SIGNING_CONTEXT, 14);
  transcriptAppend(0, 0, SUBSTRATE, 9);
  saveTranscript(CONTEXT);
}

/**
 * @param signature 64 bytes
 * @param key 32 bytes
 * @param deprecated also accept signatures of schnorrkel 0.1.1, which lack the marker in the top bit
 */
export function sr25519Verify(signature: u32, message: u32, length: u32, key: u32, deprecated: bool): bool {
  memory.copy(S, signature + 32, 32);
  const marked = load<u8>(S, 31) >> 7;
  if (!marked && !deprecated) return false;
  store<u8>(S, load<u8>(S, 31) & 0x7f, 31);
  if (!ristrettoDecode(A, key)) return false;
  // A marked signature with a bad scalar fails in the old scheme for the same reason.
  if (!scalarIsCanonical(S)) return false;
  if (marked) {
    loadTranscript(CONTEXT);
    transcriptAppend(SIGN_BYTES, 10, message, length);
    transcriptAppend(PROTO_NAME, 10, SCHNORR_SIG, 11);
    transcriptAppend(SIGN_PK, 7, key, 32);
    transcriptAppend(SIGN_R, 6, signature, 32);
    transcriptChallenge(SIGN_C, 6, WIDE);
  } else {
    transcriptNew(SUBSTRATE, 9);
    transcriptAppend(SIGN_BYTES, 10, message, length);
    transcriptAppend(PROTO_NAME, 10, SCHNORR_SIG, 11);
    transcriptAppend(PK, 2, key, 32);
    transcriptAppend(NO, 2, signature, 32);
    transcriptChallenge(0, 0, WIDE);
  }
  scalarReduce(CHALLENGE, WIDE);
  pointNegate(A, A);
  doubleScalarMul(R, CHALLENGE, A, S);
  ristrettoEncode(ENCODED, R);
  for (let i: u32 = 0; i < 32; i += 8) {
    if (load<u64>(ENCODED + i) != load<u64>(signature + i)) return false;
  }
  return true;
}
