import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { descendantsOf, isAlive, waitUntil } from '@pvf/test-kit';
import { expect, it, onTestFinished } from 'vitest';
import { fakeWorker, tempDir } from '../support/fake-worker.ts';
import { candidate, startHost } from '../support/hosts.ts';

const PROGRAM = fileURLToPath(new URL('../fixtures/hosts-a-long-job.mjs', import.meta.url));

/** A process with a host that is executing a candidate, and the PID of its execute worker. */
async function hostProcess(...args: string[]): Promise<{ child: ChildProcess; workerPid: number }> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = (async () => String((await once(child.stdout, 'data'))[0]))();
  // Without this a program that cannot start would keep the test waiting.
  const ended = once(child, 'exit').then(([status, signal]) => {
    throw new Error(`the program ended at once: ${status ?? signal}; what it said is above`);
  });
  ended.catch(() => {});
  const workerPid = Number(await Promise.race([said, ended]));
  expect(descendantsOf(child.pid ?? 0).map(({ pid }) => pid)).toContain(workerPid);
  return { child, workerPid };
}

it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('a host ended by %s leaves no process', async (signal) => {
  const { child, workerPid } = await hostProcess(tempDir());
  await waitUntil('the job runs', () => descendantsOf(workerPid).length > 0);
  const pids = descendantsOf(child.pid ?? 0).map(({ pid }) => pid);
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
  await waitUntil('no process is left', () => pids.every((pid) => !isAlive(pid)));
});

// With fake workers: how fast real ones notice the end of their host, and what they do until then, is not the matter.
it('what a killed host left is swept by the next one, which keeps its artifacts', async () => {
  const cacheDir = tempDir();
  const { path } = fakeWorker('obeys');
  const { child, workerPid } = await hostProcess(cacheDir, path);
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
  await waitUntil('the worker has ended', () => !isAlive(workerPid));
  const runs = (): string[] => readdirSync(cacheDir).filter((name) => name.startsWith('run-'));
  const [left] = runs();
  expect(left).toBeDefined();
  const host = await startHost({ cacheDir, workers: { prepare: path, execute: path } });
  expect(runs()).not.toContain(left);
  expect(await host.validate(candidate('fine'))).toMatchObject({
    kind: 'valid',
    artifact: { fromCache: true },
  });
});
