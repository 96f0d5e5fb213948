import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { addressOf, lastErrno, NR, sys3 } from '@pvf/linux';

const POINTER_BYTES = 8;

/** Everything execve needs, laid out before the last restrictions so that nothing is left to do after them. */
export interface ExecImage {
  readonly path: number;
  readonly argv: number;
  readonly envp: number;
  /** Keeps the memory behind the addresses. */
  readonly memory: readonly ArrayBuffer[];
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Finds a program as a shell does: a name with a slash is a path, others are looked up. */
export function findProgram(program: string, searchPath: string | undefined): string | undefined {
  if (program.includes('/')) return program;
  for (const directory of (searchPath ?? '/usr/local/bin:/usr/bin:/bin').split(':')) {
    const candidate = join(directory === '' ? '.' : directory, program);
    if (isExecutableFile(candidate)) return candidate;
  }
  return undefined;
}

export function buildExecImage(
  path: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): ExecImage {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const strings = [path, ...argv, ...variables].map((text) => Buffer.from(`${text}\0`));
  const text = new ArrayBuffer(strings.reduce((total, bytes) => total + bytes.length, 0));
  const base = addressOf(text);
  const addresses: number[] = [];
  let at = 0;
  for (const bytes of strings) {
    addresses.push(base + at);
    new Uint8Array(text).set(bytes, at);
    at += bytes.length;
  }
  const table = (entries: readonly number[]): ArrayBuffer => {
    const pointers = new ArrayBuffer((entries.length + 1) * POINTER_BYTES);
    new BigUint64Array(pointers).set(entries.map(BigInt));
    return pointers;
  };
  const argvTable = table(addresses.slice(1, 1 + argv.length));
  const envTable = table(addresses.slice(1 + argv.length));
  return {
    path: addresses[0] as number,
    argv: addressOf(argvTable),
    envp: addressOf(envTable),
    memory: [text, argvTable, envTable],
  };
}

/** Replaces this process by the program. @returns the errno if that is refused */
export function execute(image: ExecImage): number {
  sys3(NR.execve, image.path, image.argv, image.envp);
  return lastErrno();
}
