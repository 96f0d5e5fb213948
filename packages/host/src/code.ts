/**
 * A PVF that the host has taken in: its bytes lie in shared memory and are hashed. Pass it in place of the bytes to
 * spare copying and hashing them for every candidate. Made by `PvfHost.importCode`; immutable.
 */
export class PvfCode {
  /** blake2-256 of the code as given, hex without 0x. */
  readonly hash: string;
  /** Length of the code as given, bytes. */
  readonly length: number;
  /** @internal */
  readonly bytes: Uint8Array<SharedArrayBuffer>;

  /** @internal */
  constructor(bytes: Uint8Array<SharedArrayBuffer>, hash: string) {
    this.bytes = bytes;
    this.hash = hash;
    this.length = bytes.byteLength;
  }
}
