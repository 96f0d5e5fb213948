// Large PoVs that go to real workers through shared memory, and to others through their sockets.
import { randomFillSync } from 'node:crypto';
import { readdirSync, readlinkSync } from 'node:fs';
import { SHARED_MEMORY, ValidationInput, validationInputOf } from '@pvf/protocol';
import { burnsCpuBlock, guest, waitUntil, weighsItsInput, weightOf } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import type { HostOptions, PvfHost } from '../../src/index.ts';
import { VERSION } from '../../src/version.ts';
import { fakeWorker } from '../support/fake-worker.ts';
import { candidate, metric, startFakeHost, startHost, workerProcesses } from '../support/hosts.ts';
import { claimed, receiptOf } from '../support/receipts.ts';

const SIZE = 300_000;
const IN_A_ROW = 200;
const LINK = `/memfd:${SHARED_MEMORY} (deleted)`;

const ordinary = (size = SIZE): Uint8Array => randomFillSync(new Uint8Array(size));
const shared = (size = SIZE): Uint8Array => {
  const view = new Uint8Array(new SharedArrayBuffer(size + 3)).subarray(2, -1);
  view.set(ordinary(size));
  return view;
};
const memories = (pid: number | 'self'): number =>
  readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`) === LINK;
    } catch {
      // The directory's own.
      return false;
    }
  }).length;
const inMemory = (host: PvfHost) => metric(host, 'pvf_requests_in_shared_memory_total');

const weighs = weighsItsInput();
/** The PVF tells what it was given: whether these are the bytes of the candidate. */
async function weigh(host: PvfHost, blockData: Uint8Array): Promise<boolean> {
  const request = candidate(blockData, { code: weighs });
  const outcome = await host.validate(request);
  if (outcome.kind !== 'valid') throw new Error(`${outcome.kind}: ${JSON.stringify(outcome)}`);
  const input = validationInputOf(
    {
      pvd: request.validationData,
      pov: request.pov,
      executionTimeout: { secs: 0n, nanos: 0 },
      artifactChecksum: new Uint8Array(32),
      relayParent: new Uint8Array(32),
      schedulingParent: new Uint8Array(32),
      descriptorVersion: { type: 'V1' },
    },
    blockData,
  );
  return outcome.result.hrmpWatermark === weightOf(ValidationInput.encode(input));
}

it('what lies in shared memory goes through that of its worker, all else through the socket', async () => {
  const host = await startHost({ executeWorkers: 1, without: [] });
  for (const [blockData, count] of [
    [shared(10_000_000), 1],
    [shared(), 2],
    [ordinary(), 2],
    [shared(1_000), 2],
    [shared(1 << 18), 3],
    [shared((1 << 18) - 1), 3],
  ] as const) {
    expect(await weigh(host, blockData)).toBe(true);
    expect(await inMemory(host)).toBe(count);
  }
});

it('what is hashed because of a receipt goes the same way, from where it was hashed', async () => {
  const host = await startHost({ executeWorkers: 1, without: [] });
  const bare = candidate(ordinary(), { code: weighs });
  const outcome = await host.validate(bare);
  if (outcome.kind !== 'valid') throw new Error(outcome.kind);
  expect(await inMemory(host)).toBe(0);
  const receipt = receiptOf(bare, outcome.result);
  expect(await host.validate(claimed(bare, receipt))).toMatchObject({ kind: 'valid', vote: 'for' });
  expect(await inMemory(host)).toBe(1);
  const inShared = { ...bare, pov: { blockData: shared() } };
  inShared.pov.blockData.set(bare.pov.blockData);
  expect(await host.validate(claimed(inShared, receipt))).toMatchObject({ kind: 'valid', vote: 'for' });
  expect(await inMemory(host)).toBe(2);
  inShared.pov.blockData[SIZE - 1]! ^= 1;
  expect(await host.validate(claimed(inShared, receipt))).toMatchObject({
    rule: 'pov-hash',
    vote: 'against',
  });
});

it(`${IN_A_ROW} in a row, two at a time, leave nothing behind`, async () => {
  const before = memories('self');
  const host = await startHost({ executeWorkers: 2, without: [] });
  const povs = Array.from({ length: 5 }, () => shared());
  const run = async (): Promise<void> => {
    for (let i = 0; i < IN_A_ROW / 2; i++) expect(await weigh(host, povs[i % povs.length]!)).toBe(true);
  };
  await Promise.all([run(), run()]);
  expect(await inMemory(host)).toBe(IN_A_ROW);
  expect(memories('self')).toBe(before + workerProcesses('execute').length);
  await host.close();
  expect(memories('self')).toBe(before);
});

it.each<[string, HostOptions]>([
  ['is turned off', { without: ['shared-memory'] }],
  ['has no threads', { threads: 0, without: [] }],
])('with a host where this %s, workers have no such memory and answer the same', async (_, options) => {
  const host = await startHost({ executeWorkers: 1, ...options });
  expect(await weigh(host, shared())).toBe(true);
  expect(await inMemory(host)).toBe(0);
  const [pid = 0] = workerProcesses('execute');
  expect([memories(pid), memories('self')]).toEqual([0, 0]);
});

describe('a request that is stopped', () => {
  it('while it is written or carried out ends its worker and leaves no memory; the next one is right', async () => {
    const before = memories('self');
    const host = await startHost({ executeWorkers: 1, without: [] });
    expect(await weigh(host, shared())).toBe(true);
    const code = guest('burns-cpu');
    const endless = shared(10_000_000);
    endless.set(burnsCpuBlock(1n << 60n));
    for (let i = 0; i < 6; i++) {
      const stop = new AbortController();
      const running = host.validate({ ...candidate(endless, { code }), signal: stop.signal });
      // Sooner and later: between the queue, the thread that writes, and the job.
      if (i > 0) await new Promise((resolve) => setTimeout(resolve, i * 4));
      stop.abort();
      expect(await running).toMatchObject({ kind: 'cancelled' });
    }
    expect(await weigh(host, shared())).toBe(true);
    await waitUntil('only the living worker has memory', () => memories('self') === before + 1);
    await host.close();
    expect(memories('self')).toBe(before);
  });
});

describe('a worker that says it shares memory and does not', () => {
  it('gets its requests through the socket', async () => {
    const before = memories('self');
    const worker = fakeWorker('obeys');
    worker.setCapabilities({ version: VERSION, 'full-version': 'f', engine: 'e', 'shared-memory': '1' });
    const workers = { prepare: worker.path, execute: worker.path };
    const host = await startHost({ workers, executeWorkers: 1, without: [] });
    expect(await host.validate(candidate(shared()))).toMatchObject({ kind: 'valid' });
    expect(await inMemory(host)).toBe(0);
    expect(memories('self')).toBe(before);
  });
});

it('a worker that does not say so is asked for none', async () => {
  const { host } = await startFakeHost({ executeWorkers: 1, without: [] });
  expect(await host.validate(candidate(shared()))).toMatchObject({ kind: 'valid' });
  expect(await inMemory(host)).toBe(0);
});
