import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { burnsCpuBlock, descendantsOf, guest, isAlive, waitUntil } from '@pvf/test-kit';
import { expect, it, onTestFinished } from 'vitest';
import { tempDir } from '../support/fake-worker.ts';
import { candidate, startHost } from '../support/hosts.ts';

const PROGRAM = fileURLToPath(new URL('../fixtures/hosts-a-long-job.mjs', import.meta.url));

/** A process with a host that is executing a candidate, and the processes below it. */
async function hostProcess(cacheDir: string) {
  const child = spawn(process.execPath, [PROGRAM, cacheDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const workerPid = Number(line);
  const jobs = await waitUntil('the job runs', () => {
    const found = descendantsOf(workerPid);
    return found.length > 0 && found;
  });
  const pids = [...descendantsOf(child.pid ?? 0), ...jobs].map(({ pid }) => pid);
  expect(pids).toContain(workerPid);
  return { child, pids };
}

it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('a host ended by %s leaves no process', async (signal) => {
  const cacheDir = tempDir();
  const { child, pids } = await hostProcess(cacheDir);
  child.kill(signal);
  await once(child, 'exit');
  await waitUntil('no process is left', () => pids.every((pid) => !isAlive(pid)));
});

it('what a killed host left is swept by the next one, which keeps its artifacts', async () => {
  const cacheDir = tempDir();
  const { child } = await hostProcess(cacheDir);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const runs = (): string[] => readdirSync(cacheDir).filter((name) => name.startsWith('run-'));
  const [left] = runs();
  expect(left).toBeDefined();
  const host = await startHost({ cacheDir });
  expect(runs()).not.toContain(left);
  expect(await host.validate(candidate(burnsCpuBlock(1n), { code: guest('burns-cpu') }))).toMatchObject({
    kind: 'valid',
    artifact: { fromCache: true },
  });
});
