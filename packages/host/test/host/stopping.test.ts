import { FakeClock, isAlive, settle, waitUntil } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import { HostError, type ProgressEvent } from '../../src/index.ts';
import { tempDir } from '../support/fake-worker.ts';
import { candidate, DEFAULTS, progressOf, startFakeHost, text } from '../support/hosts.ts';

describe('a signal', () => {
  it('kills the job that runs, and the place is free again', async () => {
    const { host } = await startFakeHost({ executeWorkers: 1 });
    const abort = new AbortController();
    const executing = progressOf('executing');
    const outcome = host.validate(
      candidate('hangs', { signal: abort.signal, onProgress: executing.onProgress }),
    );
    const { workerPid } = await executing.reached;
    abort.abort();
    expect(await outcome).toMatchObject({ kind: 'cancelled', vote: 'none', cause: 'caller' });
    expect(await host.validate(candidate('fine'))).toMatchObject({ kind: 'valid' });
    await waitUntil('the worker is gone', () => !isAlive(workerPid));
  });

  it('takes a job out of the queue at once', async () => {
    const { host } = await startFakeHost({ executeWorkers: 1 });
    const executing = progressOf('executing');
    const blocker = new AbortController();
    const running = host.validate(
      candidate('hangs', { signal: blocker.signal, onProgress: executing.onProgress }),
    );
    await executing.reached;
    const abort = new AbortController();
    const queued = progressOf('execution-queued');
    const outcome = host.validate(candidate('fine', { signal: abort.signal, onProgress: queued.onProgress }));
    await queued.reached;
    expect(host.status().execute.queued.approval).toBe(1);
    abort.abort();
    expect(await outcome).toMatchObject({ kind: 'cancelled', attempts: 0 });
    expect(host.status().execute.queued.approval).toBe(0);
    blocker.abort();
    await running;
  });

  it('ends the preparation of a precheck for which nobody else waits', async () => {
    const { host } = await startFakeHost();
    const abort = new AbortController();
    const preparing = progressOf('preparing');
    const outcome = host.precheck({
      ...DEFAULTS,
      code: text('hangs'),
      signal: abort.signal,
      onProgress: preparing.onProgress,
    });
    const { workerPid } = await preparing.reached;
    abort.abort();
    expect(await outcome).toMatchObject({ kind: 'cancelled', vote: 'none' });
    await waitUntil('the worker is gone', () => !isAlive(workerPid));
    expect(host.status().artifacts).toMatchObject({ preparing: 0, failed: 0 });
    expect(await host.precheck({ ...DEFAULTS, code: text('fine') })).toMatchObject({ kind: 'ok' });
  });

  it.each([
    'hashed',
    'preparation-queued',
    'preparing',
    'artifact-ready',
    'execution-queued',
    'executing',
  ] as const)('may be given at any step: %s', async (step) => {
    const { host } = await startFakeHost({ executeWorkers: 1, prepareWorkersHard: 1 });
    const abort = new AbortController();
    const onProgress = ({ type }: ProgressEvent): void => {
      if (type === step) abort.abort();
    };
    const request = candidate('fine', { code: text('slow'), signal: abort.signal, onProgress });
    expect(await host.validate(request)).toMatchObject({ kind: 'cancelled', vote: 'none', cause: 'caller' });
    // What was begun for an execution goes on; nothing else does.
    const begun = step === 'preparation-queued' || step === 'preparing' ? 1 : 0;
    const { prepare, execute, artifacts } = host.status();
    expect(prepare.queued + prepare.running).toBe(begun);
    expect(execute).toMatchObject({ queued: { approval: 0 }, running: 0 });
    expect(artifacts).toMatchObject({ preparing: begun, failed: 0 });
    expect(await host.validate(candidate('fine', { code: text('slow') }))).toMatchObject({ kind: 'valid' });
  });

  it('during the pause before the second try is not followed by one', async () => {
    const clock = new FakeClock();
    const { host, worker } = await startFakeHost({ clock });
    const abort = new AbortController();
    const retrying = progressOf('retrying');
    const outcome = host.validate(
      candidate('job-died', { signal: abort.signal, onProgress: retrying.onProgress }),
    );
    await retrying.reached;
    abort.abort();
    expect(await outcome).toMatchObject({ kind: 'cancelled', attempts: 1 });
    expect(clock.isWaitingFor(1_000)).toBe(false);
    expect(worker.count(`execute-worker-${Buffer.from('job-died').toString('hex')}`)).toBe(1);
  });

  it('while a worker starts leaves the worker to others', async () => {
    const { host, worker } = await startFakeHost({ executeWorkers: 1 });
    const abort = new AbortController();
    const queued = progressOf('execution-queued');
    const outcome = host.validate(
      candidate('hangs', { signal: abort.signal, onProgress: queued.onProgress }),
    );
    await queued.reached;
    abort.abort();
    expect(await outcome).toMatchObject({ kind: 'cancelled', attempts: 0 });
    expect(await host.validate(candidate('fine'))).toMatchObject({ kind: 'valid' });
    expect(worker.count('spawned-execute-worker')).toBe(1);
  });

  it('does not wait for work on threads', async () => {
    const { host } = await startFakeHost({ threads: 1 });
    const abort = new AbortController();
    const outcome = host.precheck({ ...DEFAULTS, code: new Uint8Array(64 << 20), signal: abort.signal });
    setImmediate(() => abort.abort());
    expect(await outcome).toMatchObject({ kind: 'cancelled', codeHash: '' });
  });

  it('that is aborted already costs nothing', async () => {
    const { host, worker } = await startFakeHost();
    const request = candidate('fine', { signal: AbortSignal.abort() });
    expect(await host.validate(request)).toMatchObject({ kind: 'cancelled', codeHash: '' });
    expect(worker.counts()).toEqual({});
  });
});

describe('a deadline', () => {
  it('counts everything, queueing included', async () => {
    const clock = new FakeClock();
    const { host } = await startFakeHost({ clock, executeWorkers: 1 });
    const executing = progressOf('executing');
    const running = host.validate(
      candidate('hangs', { onProgress: executing.onProgress, executionTimeoutMs: 12_000 }),
    );
    await executing.reached;
    const queued = progressOf('execution-queued');
    const late = host.validate(candidate('fine', { deadlineMs: 5_000, onProgress: queued.onProgress }));
    await queued.reached;
    await clock.advance(5_000);
    expect(await late).toMatchObject({ kind: 'deadline-passed', vote: 'none', cause: 'caller-deadline' });
    await host.close();
    await running;
  });

  it('ends the preparation of a precheck', async () => {
    const clock = new FakeClock();
    const { host } = await startFakeHost({ clock });
    const preparing = progressOf('preparing');
    const outcome = host.precheck({
      ...DEFAULTS,
      code: text('hangs'),
      deadlineMs: 100,
      onProgress: preparing.onProgress,
    });
    await preparing.reached;
    await clock.advance(100);
    expect(await outcome).toMatchObject({ kind: 'deadline-passed', vote: 'none' });
  });
});

describe('the time limit', () => {
  it('on the wall clock is four times the CPU time of an execution', async () => {
    const clock = new FakeClock();
    const { host } = await startFakeHost({ clock });
    const executing = progressOf('executing');
    const outcome = host.validate(candidate('hangs', { kind: 'backing', onProgress: executing.onProgress }));
    const { workerPid } = await executing.reached;
    await clock.advance(7_999);
    expect(isAlive(workerPid)).toBe(true);
    await clock.advance(1);
    expect(await outcome).toMatchObject({ kind: 'invalid', rule: 'wall-timeout', vote: 'unchecked' });
    await waitUntil('the worker is gone', () => !isAlive(workerPid));
  });

  it('does not count queueing', async () => {
    const clock = new FakeClock();
    const { host } = await startFakeHost({ clock, executeWorkers: 1 });
    const executing = progressOf('executing');
    const abort = new AbortController();
    const running = host.validate(
      candidate('hangs', { signal: abort.signal, onProgress: executing.onProgress }),
    );
    await executing.reached;
    const queued = progressOf('execution-queued');
    const waiting = host.validate(
      candidate('fine', { executionTimeoutMs: 1_000, onProgress: queued.onProgress }),
    );
    await queued.reached;
    await clock.advance(20_000);
    abort.abort();
    await running;
    expect(await waiting).toMatchObject({ kind: 'valid', queuedMs: 20_000 });
  });

  it('is told of all tries together', async () => {
    const clock = new FakeClock();
    const { host } = await startFakeHost({ clock, executeWorkers: 1 });
    const executing = progressOf('executing');
    const abort = new AbortController();
    const running = host.validate(
      candidate('hangs', { signal: abort.signal, onProgress: executing.onProgress }),
    );
    await executing.reached;
    const [queued, retrying] = [progressOf('execution-queued'), progressOf('retrying')];
    const onProgress = (event: ProgressEvent): void => {
      queued.onProgress(event);
      retrying.onProgress(event);
    };
    const waiting = host.validate(candidate('seq job-died then fine', { onProgress }));
    await queued.reached;
    await clock.advance(7_000);
    abort.abort();
    await running;
    await clock.advance((await retrying.reached).afterMs);
    expect(await waiting).toMatchObject({ kind: 'valid', attempts: 2, queuedMs: 7_000 });
  });

  it('on the wall clock is four times the CPU time of a preparation', async () => {
    const clock = new FakeClock();
    const { host } = await startFakeHost({ clock });
    const preparing = progressOf('preparing');
    const outcome = host.precheck({ ...DEFAULTS, code: text('hangs'), onProgress: preparing.onProgress });
    await preparing.reached;
    await clock.advance(4 * 60_000);
    expect(await outcome).toMatchObject({ kind: 'failed', vote: 'against', error: { type: 'TimedOut' } });
  });
});

it('a full intake makes callers wait', async () => {
  const { host } = await startFakeHost({ maxPendingPerKind: 1 });
  const executing = progressOf('executing');
  const abort = new AbortController();
  const running = host.validate(
    candidate('hangs', { signal: abort.signal, onProgress: executing.onProgress }),
  );
  await executing.reached;
  const waiting = progressOf('waiting');
  const next = host.validate(candidate('fine', { onProgress: waiting.onProgress }));
  await waiting.reached;
  await settle();
  expect(host.status().execute.queued.approval).toBe(0);
  expect(await host.validate(candidate('other kind', { kind: 'dispute' }))).toMatchObject({ kind: 'valid' });
  abort.abort();
  expect(await next).toMatchObject({ kind: 'valid' });
  await running;
});

it('active leaves drop queued backing jobs that can no longer matter', async () => {
  const { host } = await startFakeHost({ executeWorkers: 1 });
  const executing = progressOf('executing');
  const abort = new AbortController();
  const running = host.validate(
    candidate('hangs', { signal: abort.signal, onProgress: executing.onProgress }),
  );
  await executing.reached;
  const [leaf, old] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const request = (parents: { schedulingParent?: Uint8Array; relayParent?: Uint8Array }) => {
    const queued = progressOf('execution-queued');
    const options = { kind: 'backing', ...parents, onProgress: queued.onProgress } as const;
    return { outcome: host.validate(candidate('fine', options)), queued: queued.reached };
  };
  // The relay parent does not matter, nor a scheduling parent that is not told.
  const kept = [
    { schedulingParent: leaf },
    { schedulingParent: leaf, relayParent: old },
    { relayParent: old },
    {},
  ].map(request);
  const dropped = [{ schedulingParent: old }, { schedulingParent: old, relayParent: leaf }].map(request);
  await Promise.all([...kept, ...dropped].map(({ queued }) => queued));
  host.updateActiveLeaves({ activated: { hash: leaf } });
  for (const { outcome } of dropped)
    expect(await outcome).toMatchObject({ kind: 'deadline-passed', cause: 'inactive-fork', vote: 'none' });
  abort.abort();
  for (const { outcome } of kept) expect(await outcome).toMatchObject({ kind: 'valid' });
  await running;
});

describe('closing', () => {
  it('answers every pending request', async () => {
    const { host } = await startFakeHost({ executeWorkers: 1, maxPendingPerKind: 2 });
    const executing = progressOf('executing');
    const running = host.validate(candidate('hangs', { onProgress: executing.onProgress }));
    await executing.reached;
    const pending = [
      running,
      host.validate(candidate('queued')),
      host.validate(candidate('waits at the intake')),
      host.precheck({ ...DEFAULTS, code: text('hangs') }),
    ];
    await host.close();
    for (const outcome of await Promise.all(pending)) {
      expect(outcome).toMatchObject({ kind: 'cancelled', vote: 'none', cause: 'host-closed' });
    }
  });

  it('ends calls that are no requests, in the host’s own words', async () => {
    const { host } = await startFakeHost({ threads: 1 });
    const large = new Uint8Array(64 << 20);
    const calls = [
      host.importCode(large),
      host.headsUp([
        { ...DEFAULTS, code: large },
        { ...DEFAULTS, code: text('x') },
      ]),
    ];
    const ends = Promise.allSettled(calls);
    await host.close();
    for (const end of await ends) {
      expect(end).toMatchObject({ status: 'rejected', reason: { code: 'HOST_CLOSED' } });
    }
  });

  it('during a start of workers, a preparation, an execution and a pause is clean', async () => {
    const clock = new FakeClock();
    const { host } = await startFakeHost({ clock, executeWorkers: 2, cacheDir: tempDir() });
    const retrying = progressOf('retrying');
    const executing = progressOf('executing');
    const requests = [
      host.validate(candidate('job-died', { onProgress: retrying.onProgress })),
      host.validate(candidate('hangs', { onProgress: executing.onProgress })),
    ];
    await Promise.all([retrying.reached, executing.reached]);
    requests.push(
      host.validate(candidate('fine', { code: text('hangs') })),
      host.validate(candidate('fine', { executorParams: [{ type: 'MaxMemoryPages', value: 7 }] })),
    );
    await host.close();
    for (const outcome of await Promise.all(requests)) {
      expect(outcome).toMatchObject({ kind: 'cancelled', cause: 'host-closed' });
    }
    expect(clock.pending).toBe(0);
  });

  it('may be asked for twice, and ends the host for good', async () => {
    const { host } = await startFakeHost();
    await Promise.all([host.close(), host.close()]);
    expect(host.status().state).toBe('closed');
    await expect(host.validate(candidate('fine'))).rejects.toBeInstanceOf(HostError);
    const closed = { code: 'HOST_CLOSED' };
    await expect(host.precheck({ ...DEFAULTS, code: text('x') })).rejects.toMatchObject(closed);
    await expect(host.importCode(text('x'))).rejects.toMatchObject(closed);
    await expect(host.headsUp([{ ...DEFAULTS, code: text('x') }])).rejects.toMatchObject(closed);
    await expect(host.prune()).rejects.toMatchObject(closed);
    expect(() => host.updateActiveLeaves({})).toThrow(expect.objectContaining(closed));
    expect(await host.metrics.metrics()).toContain('pvf_outcomes_total');
  });

  it('is what `await using` does', async () => {
    const { host } = await startFakeHost();
    {
      await using scoped = host;
      await scoped.precheck({ ...DEFAULTS, code: text('x') });
    }
    expect(host.status().state).toBe('closed');
  });
});
