import { type ChildProcess, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { SandboxResult, SandboxSpec } from '../fixtures/sandboxed.ts';
import { FIXTURES, NODE } from './paths.ts';

/** Who a fixture runs as: the one who runs the tests, or an unprivileged user if that is root. */
export type Identity = 'root' | 'user';

const NOBODY = 65_534;
const TIMEOUT_MS = 50_000;

/** Both identities when the tests run as root; otherwise the one there is. Being root is no ability of a machine. */
export const IDENTITIES: readonly Identity[] = process.getuid?.() === 0 ? ['root', 'user'] : ['user'];

/** The flags that leave a Node process forkable. */
export const FORKABLE_FLAGS = ['--single-threaded', '--v8-pool-size=0', '--disable-sigusr1'];

export interface FixtureOptions {
  readonly as?: Identity;
  readonly flags?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs `node …flags fixtures/NAME.ts …args` to its end. */
export function spawnFixture(name: string, options: FixtureOptions = {}): SpawnSyncReturns<string> {
  const drop = options.as === 'user' && process.getuid?.() === 0;
  return spawnSync(
    NODE,
    [...(options.flags ?? FORKABLE_FLAGS), join(FIXTURES, `${name}.ts`), ...(options.args ?? [])],
    {
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      env: { PATH: process.env.PATH ?? '', ...options.env },
      cwd: '/',
      ...(options.input === undefined ? {} : { input: options.input }),
      ...(drop ? { uid: NOBODY, gid: NOBODY } : {}),
    },
  );
}

const finished = new Map<string, Record<string, unknown>>();

/**
 * The result of one case of a fixture (see fixtures/support/cases.ts). All cases of a fixture run in one process, once
 * per identity; `alone` gives a case its own.
 * @throws Error with the fixture's output if it did not report
 */
export function runCase(
  fixture: string,
  name: string,
  options: FixtureOptions & { readonly alone?: boolean } = {},
): unknown {
  const key = `${fixture} ${options.as ?? ''}`;
  const results = options.alone === true ? undefined : finished.get(key);
  if (results !== undefined) return results[name];
  const run = spawnFixture(fixture, { ...options, args: options.alone === true ? [name] : [] });
  const line = run.stdout.split('\n').find((text) => text.startsWith('RESULT '));
  if (run.status !== 0 || line === undefined) {
    throw new Error(
      `${fixture}/${name}: status ${run.status} signal ${run.signal}\n${run.stdout}\n${run.stderr}`,
    );
  }
  const parsed = JSON.parse(line.slice('RESULT '.length)) as Record<string, unknown>;
  if (options.alone !== true) finished.set(key, parsed);
  return parsed[name];
}

interface CallerOptions {
  /** false: as on a machine where nobody may make namespaces; unusable: where nobody may mount in them. */
  readonly namespaces?: boolean | 'unusable';
}

/** Starts an ordinary Node of `as` that runs programs in sandboxes. */
export function spawnCaller(
  as: Identity,
  specs: readonly SandboxSpec[],
  { namespaces = true }: CallerOptions = {},
): ChildProcess {
  const drop = as === 'user' && process.getuid?.() === 0;
  const child = spawn(NODE, [join(FIXTURES, 'sandboxed.ts')], {
    env: { PATH: process.env.PATH ?? '' },
    cwd: '/',
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(drop ? { uid: NOBODY, gid: NOBODY } : {}),
  });
  child.stdin?.end(JSON.stringify({ specs, namespaces }));
  return child;
}

/** Runs programs in sandboxes from an ordinary Node that belongs to `as`, one after the other. */
export async function runSandboxed(
  as: Identity,
  specs: readonly SandboxSpec[],
  options: CallerOptions = {},
): Promise<SandboxResult[]> {
  const child = spawnCaller(as, specs, options);
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  const output = await text(child.stdout as Readable);
  clearTimeout(timer);
  const line = output.split('\n').find((entry) => entry.startsWith('RESULT '));
  if (line === undefined) throw new Error(`the fixture reported nothing: ${output}`);
  return JSON.parse(line.slice('RESULT '.length)) as SandboxResult[];
}
