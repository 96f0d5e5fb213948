import { existsSync, readdirSync } from 'node:fs';
import { openDescriptors } from '@pvf/test-kit';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../support/fake-worker.ts';
import { candidate, DEFAULTS, metric, startFakeHost, text, workerProcesses } from '../support/hosts.ts';

it('a closed host leaves no process, directory or descriptor', async () => {
  const before = openDescriptors(process.pid).size;
  const cacheDir = tempDir();
  const { host } = await startFakeHost({ cacheDir });
  await Promise.all(
    ['fine', 'dies', 'refuses'].map((block) => host.validate(candidate(block, { kind: 'backing' }))),
  );
  await host.close();
  expect(workerProcesses('prepare')).toEqual([]);
  expect(workerProcesses('execute')).toEqual([]);
  expect(readdirSync(cacheDir).filter((name) => !name.endsWith('.pvf'))).toEqual([]);
  expect(openDescriptors(process.pid).size).toBeLessThanOrEqual(before);
});

it('a private cache directory goes with its host', async () => {
  const { host } = await startFakeHost();
  const { cacheDir } = host.status();
  await host.validate(candidate('fine'));
  expect(existsSync(cacheDir)).toBe(true);
  await host.close();
  expect(existsSync(cacheDir)).toBe(false);
});

it('many jobs in a row cost no descriptors', async () => {
  const { host } = await startFakeHost({ executeWorkers: 2 });
  const batch = (from: number) =>
    Promise.all(Array.from({ length: 50 }, (_, i) => host.validate(candidate(`job ${from + i}`))));
  await batch(0);
  const before = openDescriptors(process.pid).size;
  await batch(50);
  await batch(100);
  expect(openDescriptors(process.pid).size).toBeLessThanOrEqual(before);
});

describe('metrics', () => {
  it('add up after all kinds of endings', async () => {
    const { host } = await startFakeHost({ executeWorkers: 2 });
    const abort = new AbortController();
    const requests = [
      ...['fine', 'refuses', 'dies', 'job-died', 'internal-error', 'fine'].map((block) =>
        host.validate(candidate(block, { kind: 'backing' })),
      ),
      host.validate(candidate('hangs', { signal: abort.signal, kind: 'backing' })),
      host.validate(candidate('fine', { code: text('dies'), kind: 'backing' })),
      host.precheck({ ...DEFAULTS, code: text('prevalidation') }),
    ];
    setImmediate(() => abort.abort());
    await Promise.all(requests);
    await host.close();
    const total = (name: string) => metric(host, name);
    expect(await total('pvf_requests_total')).toBe(requests.length);
    expect(await total('pvf_outcomes_total')).toBe(requests.length);
    expect(await total('polkadot_pvf_execute_finished')).toBe(await total('polkadot_pvf_execute_enqueued'));
    expect(await total('polkadot_pvf_prepare_concluded')).toBe(await total('polkadot_pvf_prepare_enqueued'));
    expect(await total('polkadot_pvf_worker_retired')).toBe(await total('polkadot_pvf_worker_spawned'));
  });

  it('go to the registry of the options, and have the reference’s names', async () => {
    const registry = new Registry();
    const { host } = await startFakeHost({ registry });
    await host.validate(candidate('fine'));
    expect(host.metrics).toBe(registry);
    const names = registry.getMetricsAsArray().map(({ name }) => name);
    for (const name of REFERENCE_NAMES) expect(names).toContain(name);
    expect(await registry.metrics()).toContain('polkadot_pvf_exec_kind_selected{priority="approval"} 1');
  });
});

/** From polkadot-node-core-pvf 36.0.0, `metrics.rs`. */
const REFERENCE_NAMES = [
  ...['worker_spawning', 'worker_spawned', 'worker_retired', 'prepare_enqueued', 'prepare_concluded'],
  ...['execute_enqueued', 'execute_finished', 'preparation_time', 'execution_time', 'execution_queued_time'],
  ...['preparation_max_rss', 'preparation_max_resident', 'preparation_max_allocated'],
  ...['preparation_peak_tracked_allocation', 'exec_kind_selected'],
]
  .map((name) => `polkadot_pvf_${name}`)
  .concat(
    'polkadot_parachain_candidate_validation_pov_size',
    'polkadot_parachain_candidate_validation_code_size',
  );

it('the log has a line for each event, with ids and without payloads', async () => {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const { host } = await startFakeHost({ logger });
  const secret = 'a payload that must not be logged';
  const { requestId, codeHash } = await host.validate(candidate(secret));
  const own = lines.filter(({ request }) => request === requestId);
  expect(own.map(({ msg }) => msg)).toEqual([
    'waits for a preparation',
    'preparing',
    'executing',
    'request concluded',
  ]);
  for (const line of own) expect(line.codeHash).toBe(codeHash);
  expect(own.at(-1)).toMatchObject({ outcome: 'valid', vote: 'unchecked' });
  expect(JSON.stringify(lines)).not.toContain(secret);
  expect(JSON.stringify(lines)).not.toContain(Buffer.from(secret).toString('hex'));
});
