import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fixturesOf, type Identity, NOBODY, TIMEOUT_MS } from '../../../linux/test/support/fixtures.ts';
import type { SandboxResult, SandboxSpec } from '../fixtures/sandboxed.ts';
import { FIXTURES, NODE } from './paths.ts';

export { FORKABLE_FLAGS, IDENTITIES, type Identity } from '../../../linux/test/support/fixtures.ts';
export const { runCase, spawnFixture } = fixturesOf('sandbox-linux');

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
