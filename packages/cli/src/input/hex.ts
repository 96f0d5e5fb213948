import { CliError } from '../errors.ts';

/** Bytes to hexadecimal with 0x. */
export function toHex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}

/**
 * Hexadecimal, with or without 0x, to bytes.
 * @param what names the value in the error.
 * @param length exact number of bytes demanded, if any.
 * @throws CliError BAD_HEX
 */
export function fromHex(text: string, what: string, length?: number): Uint8Array {
  const digits = text.replace(/^0x/i, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) {
    throw new CliError(
      'BAD_HEX',
      { what },
      `${what} is not hexadecimal`,
      digits.length % 2 !== 0
        ? 'it has an odd number of digits'
        : 'give digits 0-9 and a-f, with or without 0x',
    );
  }
  const bytes = new Uint8Array(Buffer.from(digits, 'hex'));
  if (length !== undefined && bytes.length !== length) {
    throw new CliError(
      'BAD_HEX',
      { what },
      `${what} has ${bytes.length} bytes`,
      `give exactly ${length} bytes`,
    );
  }
  return bytes;
}
