import { toHex } from '../input/hex.ts';

/** JSON with bytes as 0x-prefixed hexadecimal and 64-bit integers as numbers, or strings where a number cannot hold them. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, replace, 2);
}

function replace(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  return value;
}

/** Whether a command line has `--json`: for what is told before, or without, its options being read. */
export function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
}
