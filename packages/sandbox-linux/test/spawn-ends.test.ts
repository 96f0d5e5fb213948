import { describe, expect, test } from 'vitest';
import { spawnSandboxed } from '../src/index.ts';
import { commandLines, FULL, sh } from './support/sandboxes.ts';
import { spawnCaller } from './support/spawn.ts';

describe('the ends of a sandbox', () => {
  const marker = (): string => `sleep ${1000 + Math.floor(Math.random() * 1_000_000)}`;
  const running = (text: string): string[] => commandLines().filter((line) => line.includes(text));

  test('a caller that is killed takes the sandbox with it', async () => {
    const text = marker();
    const caller = spawnCaller('root', [sh(`${text} & echo ready; wait`)]);
    await expect.poll(() => running(text).length, { timeout: 20_000 }).toBeGreaterThan(0);
    caller.kill('SIGKILL');
    await expect.poll(() => running(text), { timeout: 20_000 }).toEqual([]);
  });

  test('an aborted signal kills it, even before it has started', async () => {
    const text = marker();
    const early = spawnSandboxed('sh', ['-c', text], FULL, { signal: AbortSignal.abort(), cwd: '/' });
    expect((await early.ended).reason).toEqual({ type: 'signaled', signal: 9 });
    const controller = new AbortController();
    const late = spawnSandboxed('sh', ['-c', `echo ready; ${text}`], FULL, {
      signal: controller.signal,
      cwd: '/',
    });
    late.stdout?.once('data', () => controller.abort());
    expect((await late.ended).reason).toEqual({ type: 'signaled', signal: 9 });
    expect(running(text)).toEqual([]);
  });

  test('what is enforced is told at the start; what was never started says so', async () => {
    const fine = spawnSandboxed('true', [], FULL, { cwd: '/' });
    expect((await fine.started).map(({ status }) => status)).toEqual(
      Array.from({ length: 6 }, () => 'enforced'),
    );
    await fine.ended;
    const refused = spawnSandboxed(
      'true',
      [],
      { user: { uid: 1, gid: 1 }, root: { directory: '/absent' } },
      { cwd: '/' },
    );
    await expect(refused.started).rejects.toMatchObject({ code: 'LAYER_UNAVAILABLE' });
    expect((await refused.ended).reason).toMatchObject({ type: 'sandbox-failed' });
  });

  test.each([
    ['a NUL byte in an argument', () => spawnSandboxed('true', ['a\0b'], {})],
    ['an unknown signal', () => spawnSandboxed('true', [], {}).kill('SIGWHAT' as 'SIGTERM')],
  ])('%s is a typed error', (_, call) => {
    expect(call).toThrowError(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
