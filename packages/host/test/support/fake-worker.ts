import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, onTestFinished } from 'vitest';

/** Who calls back when what was made is not needed any more: `onTestFinished`, or what `atTheEnd` returns. */
export type Cleanup = (callback: () => Promise<void> | void) => void;

/** For what several tests share: to be called where tests are described, for use in `beforeAll`. */
export function atTheEnd(): Cleanup {
  const callbacks: (() => Promise<void> | void)[] = [];
  afterAll(async () => {
    for (const callback of callbacks.reverse()) await callback();
  });
  return (callback) => void callbacks.push(callback);
}

export type FixtureName =
  | 'exits-immediately'
  | 'hangs-at-spawn'
  | 'has-another-version'
  | 'knows-no-flags'
  | 'lacks-landlock'
  | 'lacks-landlock-and-change-root'
  | 'lacks-seccomp'
  | 'leaves-its-request'
  | 'obeys';

/** A fake worker program, and what its processes have counted. */
export interface FakeWorker {
  path: string;
  /** Where its processes count, and note their requests. */
  dir: string;
  /** Limits of the requests with an input, in the order in which any process got them. */
  limits(kind: 'prep' | 'exec', input: string): { kind?: string; secs: number; nanos: number }[];
  count(name: string): number;
  counts(): Record<string, number>;
  /** From now on the PVF returns this (SCALE) for these block data. */
  setResult(blockData: Uint8Array, result: Uint8Array): void;
  /** From now on it keeps what it is sent. */
  record(): void;
  /** What it was sent since the last call: with each request, the handshakes of the process that got it. */
  requests(): { kind: 'prepare-worker' | 'execute-worker'; frames: Uint8Array[] }[];
  /** From now on it answers `--capabilities` with these lines. */
  setCapabilities(lines: Record<string, string>): void;
}

/** What needs no Node to answer, so that starting a host costs little. The fixtures about flags answer themselves. */
const QUICK_FLAGS = `case "$1" in
  --version) echo 0.1.0; exit 0;;
  --full-version) echo 0.1.0-fake; exit 0;;
  --capabilities) cat "$STATE/../capabilities" 2>/dev/null; exit;;
  --check-*) exit 0;;
esac
`;
const QUICK: readonly FixtureName[] = ['exits-immediately', 'hangs-at-spawn', 'leaves-its-request', 'obeys'];

/** Writes a program that runs a fixture with this Node, whatever the environment. */
export function fakeWorker(name: FixtureName, cleanup: Cleanup = onTestFinished): FakeWorker {
  const dir = tempDir(cleanup);
  const state = join(dir, 'state');
  mkdirSync(state);
  const fixture = fileURLToPath(new URL(`../fixtures/${name}.mjs`, import.meta.url));
  const path = join(dir, `fake-${name}`);
  const quick = QUICK.includes(name) ? QUICK_FLAGS.replaceAll('$STATE', state) : '';
  writeFileSync(path, `#!/bin/sh\n${quick}exec '${process.execPath}' '${fixture}' '${state}' "$@"\n`);
  chmodSync(path, 0o755);
  const counters = (): string[] => readdirSync(state).filter((each) => !each.startsWith('log-'));
  const limits: FakeWorker['limits'] = (kind, input) => {
    const prefix = `log-${kind}-${Buffer.from(input).toString('hex')}-`;
    const found = readdirSync(state).filter((each) => each.startsWith(prefix));
    const order = (each: string): number => Number(each.slice(prefix.length));
    return found
      .sort((a, b) => order(a) - order(b))
      .map((each) => JSON.parse(readFileSync(join(state, each), 'utf8')));
  };
  const counts = (): Record<string, number> =>
    Object.fromEntries(counters().map((each) => [each, Number(readFileSync(join(state, each), 'utf8'))]));
  const setCapabilities = (lines: Record<string, string>): void =>
    writeFileSync(
      join(dir, 'capabilities'),
      Object.entries(lines)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    );
  const requests = join(dir, 'requests');
  const record = (): void => writeFileSync(requests, '');
  const taken = (): ReturnType<FakeWorker['requests']> => {
    const lines = readFileSync(requests, 'utf8').split('\n').slice(0, -1);
    record();
    return lines.map((line) => {
      const { kind, frames } = JSON.parse(line);
      return { kind, frames: frames.map((frame: string) => Buffer.from(frame, 'hex')) };
    });
  };
  const setResult = (blockData: Uint8Array, result: Uint8Array): void => {
    const results = join(dir, 'results');
    mkdirSync(results, { recursive: true });
    writeFileSync(join(results, createHash('sha256').update(blockData).digest('hex')), result);
  };
  const count = (name: string): number => counts()[name] ?? 0;
  return { path, dir: state, setResult, limits, counts, count, record, requests: taken, setCapabilities };
}

/** A new directory. */
export function tempDir(cleanup: Cleanup = onTestFinished): string {
  const dir = mkdtempSync(join(tmpdir(), 'pvf-test-'));
  cleanup(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
