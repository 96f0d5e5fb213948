import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ATTEMPTS } from './attempts.ts';

const SIGSYS = 31;
const runner = join(import.meta.dirname, 'taken-over.runner.ts');
const NODE_FLAGS = [
  '--single-threaded',
  '--v8-pool-size=0',
  '--disable-sigusr1',
  '--no-warnings',
  '--no-opt',
  '--no-maglev',
  '--no-sparkplug',
];

interface Outcome {
  readonly name: string;
  readonly end: { readonly type: string; readonly signal?: number; readonly status?: number };
  /** Result of the system call, negative errno; absent when the job did not live to tell. */
  readonly value?: number;
}

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pvf-isolation-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** Runs all attempts in a worker with the given layers; as an ordinary user when `uid` is set. */
function takeOver(layers: object, uid?: number): Outcome[] {
  if (uid !== undefined) chownSync(directory, uid, uid);
  const output = execFileSync(
    process.execPath,
    [...NODE_FLAGS, runner, JSON.stringify({ directory, ...layers })],
    {
      encoding: 'utf8',
      env: {},
      ...(uid === undefined ? {} : { uid, gid: uid }),
    },
  );
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const killed = ({ end }: Outcome) => end.type === 'signaled' && end.signal === SIGSYS;
const refused = ({ value }: Outcome) => value !== undefined && value < 0;

describe.each([
  ['as the current user', undefined, false],
  ['as an ordinary user', 65_534, false],
  ['forked from a template', undefined, true],
  ['forked from a template as an ordinary user', 65_534, true],
])('a job that has been taken over, %s', (_, uid, template) => {
  it('is killed by the first system call outside its list, and only it', () => {
    const outcomes = takeOver({ template }, uid);
    expect(outcomes.map(({ name }) => name)).toEqual(ATTEMPTS.map(({ name }) => name));
    expect(outcomes.filter((outcome) => !killed(outcome))).toEqual([]);
  });

  it('reaches nothing that matters without the seccomp filters either', () => {
    // These succeed, but show or make only what is in the job's own, empty namespaces and goes with them; the limit of
    // processes does not bind root.
    const harmless = [
      'map writable and executable memory',
      'create a TCP socket',
      'create a Unix socket',
      'create a memfd',
      'learn the host name',
      'make a user namespace',
      'raise the limit of descriptors',
      'set up io_uring',
      'kill everyone',
      ...(uid === undefined && process.getuid!() === 0 ? ['fork'] : []),
    ];
    const outcomes = takeOver({ seccomp: false, template }, uid);
    expect(outcomes.filter((outcome) => !refused(outcome) && !harmless.includes(outcome.name))).toEqual([]);
  });
});
