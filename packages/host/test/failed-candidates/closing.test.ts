import { readdirSync } from 'node:fs';
import { waitUntil } from '@pvf/test-kit';
import { expect, it, vi } from 'vitest';
import { tempDir } from '../support/fake-worker.ts';
import { candidate, startFakeHost, workerProcesses } from '../support/hosts.ts';

const disk = vi.hoisted(() => ({ write: Promise.withResolvers<void>(), begun: false }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const writeFile = async (...args: Parameters<typeof real.writeFile>) => {
    disk.begun = true;
    await disk.write.promise;
    return await real.writeFile(...args);
  };
  return { ...real, writeFile };
});

it('a host that is closed writes the candidates that it keeps, however slow the disk is', async () => {
  const dir = tempDir();
  const { host } = await startFakeHost({ keepFailed: { dir } });
  expect(await host.validate(candidate('refuses'))).toMatchObject({ kind: 'invalid' });
  await waitUntil('the disk is at work', () => disk.begun);
  let closed = false;
  const closing = host.close().then(() => (closed = true));
  await waitUntil('the workers are gone', () => workerProcesses('execute').length === 0);
  // What else belongs to the end takes less; without the waiting it would be over.
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(closed).toBe(false);
  expect(readdirSync(dir)).toEqual([]);
  disk.write.resolve();
  await closing;
  expect(readdirSync(dir)).toEqual([expect.stringMatching(/^failed-.*\.json$/)]);
});
