import { isCompressed } from '@pvf/protocol';
import { CliError } from '../errors.ts';
import { decodeHexText, readInput } from './file.ts';

const WASM_MAGIC = [0x00, 0x61, 0x73, 0x6d];
const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

/**
 * Reads a PVF: WebAssembly, a compressed blob, or either as hexadecimal text. What begins like neither is refused here,
 * because the usual cause is a wrong file; everything else is for the workers to judge.
 * @throws CliError INPUT_FILE, NOT_CODE, BAD_HEX
 */
export async function readCode(path: string): Promise<Uint8Array> {
  const code = decodePlainHex(decodeHexText(await readInput(path, 'PVF'), `PVF ${path}`));
  if (begins(code, WASM_MAGIC) || isCompressed(code)) return code;
  const [cause, remedy] = explain(code);
  throw new CliError('NOT_CODE', { path, length: code.length }, `PVF ${path} ${cause}`, remedy);
}

/** Hexadecimal text without 0x, as `xxd -p` writes it: known by the digits that every PVF begins with. */
function decodePlainHex(bytes: Uint8Array): Uint8Array {
  const start = Buffer.from(bytes.subarray(0, 8)).toString('latin1').toLowerCase();
  if (start !== '0061736d' && start !== '52bc5376') return bytes;
  const text = Buffer.from(bytes).toString('latin1').replace(/\s+/g, '');
  return /^([0-9a-f]{2})+$/i.test(text) ? new Uint8Array(Buffer.from(text, 'hex')) : bytes;
}

function explain(code: Uint8Array): [cause: string, remedy: string] {
  if (code.length === 0) return ['is empty', 'write the file again: it has no byte'];
  if (begins(code, ZSTD_MAGIC)) {
    return [
      'is a zstd file without the 8-byte prefix of a compressed blob',
      'decompress it, or take the file that the runtime build names *.compact.compressed.wasm',
    ];
  }
  if (code[0] === 0x7b)
    return ['looks like JSON', 'give the runtime itself, not a chain specification or candidate'];
  if (/^\s*[0-9a-f]{8}/i.test(Buffer.from(code.subarray(0, 64)).toString('latin1'))) {
    return [
      'looks like hexadecimal text, but not of WebAssembly or a compressed blob',
      'such text begins with 0061736d or 52bc5376, with or without 0x before it',
    ];
  }
  return [
    'is neither WebAssembly nor a compressed blob',
    'give a runtime as built (*.wasm, *.compact.compressed.wasm) or as `:code` on chain',
  ];
}

function begins(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}
