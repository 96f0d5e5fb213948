import { closeSync, existsSync, openSync, readSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { findProgram } from '../launcher/exec.ts';

const INTERPRETER_LINE_BYTES = 256;
// the kernel follows at most four (fs/exec.c)
const MAX_INTERPRETER_DEPTH = 4;

/** Programs that stand for others, which they look for in a directory of their own: the variable that names it, or its place at home. */
const STAND_INS: Readonly<Record<string, readonly [variable: string, name: string]>> = {
  rustup: ['RUSTUP_HOME', '.rustup'],
  'volta-shim': ['VOLTA_HOME', '.volta'],
};

function standInPaths(real: string): string[] {
  const own = STAND_INS[basename(real)];
  if (own === undefined) return [];
  const path = process.env[own[0]] ?? join(process.env.HOME ?? homedir(), own[1]);
  return existsSync(path) ? [path] : [];
}

/** The words of a script's `#!` line, or none. */
function interpreterLine(path: string): string[] {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(INTERPRETER_LINE_BYTES);
    const n = readSync(fd, buffer);
    const match = /^#!\s*(.+)/.exec(buffer.toString('latin1', 0, n).split('\n')[0] ?? '');
    return match === null ? [] : (match[1] as string).trim().split(/\s+/);
  } finally {
    closeSync(fd);
  }
}

/**
 * What a program needs of its own to run, beside the system: its file, the installation that it is part of
 * (`PREFIX/bin/program` with `PREFIX/lib`), and likewise its interpreter if it is a script.
 */
export function programPaths(program: string, searchPath: string | undefined, depth = 0): string[] {
  const found = findProgram(program, searchPath);
  if (found === undefined || !existsSync(found)) return [];
  const real = realpathSync(found);
  // under the name that it is called by as well, which may be a link
  const name = found === real ? [] : [found];
  const prefix = dirname(dirname(real));
  // a version manager's stand-in, which looks for the real program somewhere in the manager's own directory
  if (dirname(real).endsWith('/shims'))
    return [...name, prefix, ...interpreterPaths(real, searchPath, depth)];
  const own =
    dirname(real).endsWith('/bin') && existsSync(join(prefix, 'lib')) && prefix !== '/'
      ? [prefix, real]
      : [real];
  return [...name, ...own, ...standInPaths(real), ...interpreterPaths(real, searchPath, depth)];
}

function interpreterPaths(script: string, searchPath: string | undefined, depth: number): string[] {
  if (depth > MAX_INTERPRETER_DEPTH) return [];
  let words: string[] = [];
  try {
    words = interpreterLine(script);
  } catch {
    // not readable: execve will say what is wrong
  }
  const [interpreter, ...rest] = words;
  if (interpreter === undefined) return [];
  // `#!/usr/bin/env node`: what env will look up
  const target = interpreter.endsWith('/env')
    ? rest.find((word) => !word.startsWith('-') && !word.includes('='))
    : undefined;
  return [interpreter, ...(target === undefined ? [] : [target])].flatMap((name) =>
    programPaths(name, searchPath, depth + 1),
  );
}
