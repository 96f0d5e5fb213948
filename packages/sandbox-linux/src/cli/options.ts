import { invalidArgument } from '@pvf/linux';

const BYTE_UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };
const TIME_UNITS: Readonly<Record<string, number>> = { '': 1000, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function withUnit(
  option: string,
  text: string,
  units: Readonly<Record<string, number>>,
  example: string,
): number {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text);
  const unit = match === null ? undefined : units[match[2] as string];
  if (match === null || unit === undefined) invalidArgument(option, text, `write it like ${example}`);
  const value = Math.round(Number(match[1]) * unit);
  if (!Number.isSafeInteger(value) || value <= 0) invalidArgument(option, text, 'it must be above 0');
  return value;
}

/** `512M` → bytes. */
export const parseBytes = (option: string, text: string): number =>
  withUnit(option, text.replace(/i?B$/, ''), BYTE_UNITS, '512M');

/** `10s`, `500ms`, `2m`; plain numbers are seconds → milliseconds. */
export const parseDuration = (option: string, text: string): number =>
  withUnit(option, text, TIME_UNITS, '10s');

export function parseCount(option: string, text: string): number {
  if (!/^\d+$/.test(text)) invalidArgument(option, text, 'write a whole number');
  return Number(text);
}

/** `none`, `host`, or parts like `connect:443,bind:8080,udp,unix`. */
export function parseNetwork(text: string):
  | {
      readonly access: 'none' | 'tcp-ports';
      readonly connectTcp: number[];
      readonly bindTcp: number[];
      readonly udp: boolean;
      readonly unixSockets: boolean;
    }
  | 'host' {
  if (text === 'host') return 'host';
  const connectTcp: number[] = [];
  const bindTcp: number[] = [];
  let udp = false;
  let unixSockets = false;
  for (const part of text === 'none' ? [] : text.split(',')) {
    const port = /^(connect|bind):(\d+)$/.exec(part);
    if (port !== null) (port[1] === 'connect' ? connectTcp : bindTcp).push(Number(port[2]));
    else if (part === 'udp') udp = true;
    else if (part === 'unix') unixSockets = true;
    else invalidArgument('--net', text, 'write none, host, or parts like connect:443,bind:8080,udp,unix');
  }
  const access = udp || connectTcp.length + bindTcp.length > 0 ? 'tcp-ports' : 'none';
  return { access, connectTcp, bindTcp, udp, unixSockets };
}

/** `NAME` (passed on) or `NAME=value`. */
export function parseVariables(entries: readonly string[]): {
  readonly pass: string[];
  readonly set: Record<string, string>;
} {
  const pass: string[] = [];
  const set: Record<string, string> = {};
  for (const entry of entries) {
    const at = entry.indexOf('=');
    if (at === 0 || entry === '') invalidArgument('--env', entry, 'write NAME or NAME=value');
    if (at < 0) pass.push(entry);
    else set[entry.slice(0, at)] = entry.slice(at + 1);
  }
  return { pass, set };
}

/** `1000` or `1000:1000`. */
export function parseUser(text: string): { readonly uid: number; readonly gid: number } {
  const match = /^(\d+)(?::(\d+))?$/.exec(text);
  if (match === null) invalidArgument('--user', text, 'write numbers, UID or UID:GID');
  return { uid: Number(match[1]), gid: Number(match[2] ?? match[1]) };
}
