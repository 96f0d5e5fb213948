import { descendantsOf, speedUpsAreOff } from '@pvf/test-kit';
import { pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import {
  type BareRequest,
  type HostOptions,
  type ProgressEvent,
  PvfHost,
  SPEED_UPS,
} from '../../src/index.ts';
import { type Cleanup, type FakeWorker, fakeWorker } from './fake-worker.ts';

export const silent = pino({ level: 'silent' });

/**
 * Which workers the integration tests run with: this repository's, or others that speak the protocol, as
 * `test:interop` names them in the environment; and without any speed-up where the suites are to pass so
 * (docs/testing.md).
 */
export function workersUnderTest(): Pick<HostOptions, 'workers' | 'nodeVersion' | 'without'> {
  return { ...othersWorkers(), ...speedUpsOfRun() };
}

/** Which speed-ups this run of the suites is without. */
export function speedUpsOfRun(): Pick<HostOptions, 'without'> {
  return speedUpsAreOff() ? { without: SPEED_UPS } : {};
}

function othersWorkers(): Pick<HostOptions, 'workers' | 'nodeVersion'> {
  const {
    PVF_TEST_PREPARE_WORKER: prepare,
    PVF_TEST_EXECUTE_WORKER: execute,
    PVF_TEST_WORKER_VERSION,
  } = process.env;
  if (prepare === undefined || execute === undefined) return {};
  return { workers: { prepare, execute }, nodeVersion: PVF_TEST_WORKER_VERSION ?? false };
}

/** No test is about how fast a worker starts on a busy machine, unless it says so. */
const PATIENCE_MS = 60_000;

/** A host with real workers, closed after the test. */
export async function startHost(
  options: HostOptions = {},
  cleanup: Cleanup = onTestFinished,
): Promise<PvfHost> {
  const host = await PvfHost.start({
    logger: silent,
    spawnTimeoutMs: PATIENCE_MS,
    ...workersUnderTest(),
    ...options,
  });
  cleanup(() => host.close());
  return host;
}

/** A host whose two workers are `obeys` fixtures, closed after the test. */
export async function startFakeHost(
  options: HostOptions = {},
  cleanup: Cleanup = onTestFinished,
): Promise<{ host: PvfHost; worker: FakeWorker }> {
  const worker = fakeWorker('obeys', cleanup);
  const workers = { prepare: worker.path, execute: worker.path };
  return { host: await startHost({ workers, ...options }, cleanup), worker };
}

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

export const VALIDATION_DATA = {
  parentHead: new Uint8Array(),
  relayParentNumber: 1,
  relayParentStorageRoot: new Uint8Array(32),
  maxPovSize: 10 * 1024 * 1024,
};

/** What the types require and no test is about unless it says so. */
export const DEFAULTS = { executorParams: [], validationCodeBombLimit: 30 * 1024 * 1024 } as const;

/** A request without receipt, with everything but what the test is about. */
export function candidate(block: string | Uint8Array, rest: Partial<BareRequest> = {}): BareRequest {
  return {
    ...DEFAULTS,
    code: text('a PVF'),
    validationData: VALIDATION_DATA,
    pov: { blockData: typeof block === 'string' ? text(block) : block },
    kind: 'approval',
    ...rest,
  } as BareRequest;
}

/** Workers of this process's hosts; not what they have forked. */
export function workerProcesses(kind: 'prepare' | 'execute'): number[] {
  return descendantsOf(process.pid)
    .filter(({ parent, state }) => parent === process.pid && state !== 'Z')
    .filter(({ command }) => command.includes(` ${kind}-worker `))
    .map(({ pid }) => pid);
}

/** The value of a counter or gauge, 0 if it was never touched. */
export async function metric(
  host: PvfHost,
  name: string,
  labels: Record<string, string> = {},
): Promise<number> {
  const found = await host.metrics.getSingleMetric(name)?.get();
  expect(found, `metric ${name}`).toBeDefined();
  return (found?.values ?? [])
    .filter(({ labels: has }) => Object.entries(labels).every(([key, value]) => has[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

/** Resolves with the first progress event of a type; to be given as `onProgress`. */
export function progressOf<T extends ProgressEvent['type']>(type: T) {
  const { promise, resolve } = Promise.withResolvers<Extract<ProgressEvent, { type: T }>>();
  const onProgress = (event: ProgressEvent): void => {
    if (event.type === type) resolve(event as Extract<ProgressEvent, { type: T }>);
  };
  return { reached: promise, onProgress };
}
