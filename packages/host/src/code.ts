/**
 * A PVF that the host has taken in: its bytes lie in shared memory and are hashed. Pass it in place of the bytes
 * to spare copying and hashing them for every candidate. Made by `PvfHost.importCode`; immutable.
 */
export class PvfCode {
  /** blake2-256 of the code as given, hex without 0x. */
  readonly hash: string;
  /** Length of the code as given, bytes. */
  readonly length: number;
  /** @internal */
  readonly shared: SharedArrayBuffer;

  /** @internal */
  constructor(shared: SharedArrayBuffer, hash: string) {
    this.shared = shared;
    this.hash = hash;
    this.length = shared.byteLength;
  }
}
