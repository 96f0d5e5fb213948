// The interfaces of wit/pvf-parachain.wit as JavaScript sees them.

declare module 'pvf:parachain/logging@1.0.0' {
  export type Level = 'error' | 'warn' | 'info' | 'debug' | 'trace';
  export function log(level: Level, target: string, message: string): void;
}

declare module 'pvf:parachain/hashing@1.0.0' {
  export function blake2B128(data: Uint8Array): Uint8Array;
  export function blake2B256(data: Uint8Array): Uint8Array;
  export function keccak256(data: Uint8Array): Uint8Array;
  export function keccak512(data: Uint8Array): Uint8Array;
  export function sha2256(data: Uint8Array): Uint8Array;
  export function twox64(data: Uint8Array): Uint8Array;
  export function twox128(data: Uint8Array): Uint8Array;
  export function twox256(data: Uint8Array): Uint8Array;
}

declare module 'pvf:parachain/signatures@1.0.0' {
  export function ed25519Verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
  export function sr25519Verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
  export function ecdsaVerify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
  export function secp256k1EcdsaRecover(
    signature: Uint8Array,
    messageHash: Uint8Array,
  ): Uint8Array | undefined;
  export function secp256k1EcdsaRecoverCompressed(
    signature: Uint8Array,
    messageHash: Uint8Array,
  ): Uint8Array | undefined;
}

interface ValidationParams {
  readonly parentHead: Uint8Array;
  readonly blockData: Uint8Array;
  readonly relayParentNumber: number;
  readonly relayParentStorageRoot: Uint8Array;
}

interface OutboundHrmpMessage {
  recipient: number;
  data: Uint8Array;
}

interface ValidationResult {
  headData: Uint8Array;
  newValidationCode: Uint8Array | undefined;
  upwardMessages: Uint8Array[];
  horizontalMessages: OutboundHrmpMessage[];
  processedDownwardMessages: number;
  hrmpWatermark: number;
}
