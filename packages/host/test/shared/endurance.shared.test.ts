import { guest, openDescriptors, residentBytes, waitUntil } from '@pvf/test-kit';
import { expect, it } from 'vitest';
import { candidate, startHost, workerProcesses } from '../support/hosts.ts';

const JOBS = 2_000;
const WARM_UP = 200;
/** What a heap may move in 1,800 jobs without anything being kept; a kilobyte kept per job is found. */
const NOISE_BYTES = 16 * 1024 * 1024;

it(`${JOBS} candidates in a row leave nothing behind`, async () => {
  const host = await startHost({ executeWorkers: 1 });
  const code = await host.importCode(guest('accepts-anything'));
  const look = () => {
    const [pid = 0, ...others] = workerProcesses('execute');
    expect(others).toEqual([]);
    return {
      pid,
      host: openDescriptors(process.pid).size,
      worker: openDescriptors(pid).size,
      rss: residentBytes(pid),
    };
  };
  const run = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) {
      const outcome = await host.validate(candidate(`${i}`, { code }));
      expect(outcome).toMatchObject({ kind: 'valid', attempts: 1 });
    }
  };
  await run(WARM_UP);
  const before = look();
  await run(JOBS - WARM_UP);
  const after = await waitUntil('all jobs are reaped', look);
  expect(after.pid).toBe(before.pid);
  expect(after.host).toBeLessThanOrEqual(before.host);
  expect(after.worker).toBeLessThanOrEqual(before.worker);
  expect(after.rss - before.rss).toBeLessThan(NOISE_BYTES);
});
