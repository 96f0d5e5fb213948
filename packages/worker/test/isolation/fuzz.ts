// `npm run fuzz -- --target syscalls`: random system calls in jobs before and after the lock, in jobs forked from a
// template and in the template itself, with all layers, as root and as an ordinary user. After each program an honest
// job must answer as ever, and what lies outside must be untouched. Arguments: minutes, seed. Status 1: a finding.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FILTERED_MODES } from './modes.ts';
import { type Outcome, takeOver } from './take-over.ts';
import { USERS } from './users.ts';

const MODES = FILTERED_MODES.filter(({ maker, namespaces }) => maker !== 'parts' && namespaces);
const MS_PER_MINUTE = 60_000;

export interface FuzzRound {
  readonly seed: number;
  readonly programs: number;
  /** Of the list of modes and of users, in turn. */
  readonly turn: number;
}

/** One worker whose jobs run `programs` programs, made of the seed. @returns what was found */
export function fuzzRound({ seed, programs, turn }: FuzzRound): {
  readonly where: string;
  readonly findings: string[];
} {
  const mode = MODES[turn % MODES.length]!;
  const user = USERS[Math.floor(turn / MODES.length) % USERS.length]!;
  const where = `${mode.name}, as ${user.name}, seed ${seed}`;
  const findings: string[] = [];
  let outcomes: readonly Outcome[] = [];
  try {
    outcomes = takeOver(mode, 'fuzz', user.uid, {
      fuzz: { seed, programs },
      look: (outside) => findings.push(...changes(outside)),
    });
  } catch (error) {
    findings.push(`the worker: ${(error as Error).message}`);
  }
  if (findings.length === 0 && outcomes.length !== programs)
    findings.push(`${outcomes.length} of ${programs} programs ran`);
  for (const { name, next } of outcomes)
    if (mode.maker !== 'template' && !next?.output.endsWith('honest'))
      findings.push(`${name}: the honest job after it ended with ${JSON.stringify(next)}`);
  return { where, findings };
}

/** Of the directory outside, in which everybody may do everything. */
export function changes(outside: string): string[] {
  const names = readdirSync(outside).filter((name) => !name.startsWith('socket-'));
  const victim = join(outside, 'victim');
  const { mode } = statSync(victim);
  const text = readFileSync(victim, 'utf8');
  return [
    ...(names.join() === 'victim' ? [] : [`outside there is ${names.join()}`]),
    ...(text === 'secret' ? [] : [`the file outside holds ${JSON.stringify(text.slice(0, 100))}`]),
    ...((mode & 0o7777) === 0o666 ? [] : [`the file outside has mode ${(mode & 0o7777).toString(8)}`]),
  ];
}

const PROGRAMS_PER_ROUND = 120;

if (import.meta.main) {
  const [minutes = 1, seed = 1] = process.argv.slice(2).map(Number);
  const end = performance.now() + minutes * MS_PER_MINUTE;
  let turn = 0;
  for (; turn === 0 || performance.now() < end; turn++) {
    const { where, findings } = fuzzRound({ seed: seed + turn, programs: PROGRAMS_PER_ROUND, turn });
    for (const finding of findings) console.error(`${where}: ${finding}`);
    if (findings.length > 0) process.exit(1);
  }
  console.log(`jobs and templates: ${turn * PROGRAMS_PER_ROUND} programs in ${turn} workers, nothing found`);
}
