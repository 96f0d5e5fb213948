import { BlobError, decompressBlob } from '../blob/index.ts';
import type { Core } from './modules.ts';

/** Largest decompressed code that ext_misc_runtime_version looks at (sp-maybe-compressed-blob 11): 50 MiB. */
const BOMB_LIMIT_BYTES = 50 * 1024 * 1024;

/** What assembly/shim/runtime-version.ts calls for compressed code. */
export function createDecompress(core: Core): (address: number, length: number, lengthAt: number) => number {
  return (address, length, lengthAt) => {
    const blob = new Uint8Array(core.memory.buffer, address >>> 0, length >>> 0).slice();
    let content: Uint8Array;
    try {
      content = decompressBlob(blob, BOMB_LIMIT_BYTES);
    } catch (error) {
      if (error instanceof BlobError) return 0;
      throw error;
    }
    const to = core.allocate(BigInt(content.length)) >>> 0;
    if (to === 0) return 0;
    new Uint8Array(core.memory.buffer).set(content, to);
    new DataView(core.memory.buffer).setUint32(lengthAt >>> 0, content.length, true);
    return to;
  };
}
