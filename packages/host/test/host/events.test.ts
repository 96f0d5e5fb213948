import { FakeClock, settle, waitUntil } from '@pvf/test-kit';
import { pino } from 'pino';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { HostEvent, HostEventType, PvfHost, SlowMachineEvent } from '../../src/index.ts';
import { candidate, DEFAULTS, startFakeHost, text, workerProcesses } from '../support/hosts.ts';

const TYPES = [
  'artifact-prepared',
  'worker-ended',
  'outcome',
  'slow-machine',
] as const satisfies HostEventType[];

function listen(host: PvfHost): HostEvent[] {
  const seen: HostEvent[] = [];
  for (const type of TYPES) host.events.on(type, (event) => seen.push(event));
  return seen;
}

const of = (seen: HostEvent[], type: HostEventType) => seen.filter((event) => event.type === type);

/** A logger whose lines the test reads. */
function noted() {
  const lines: { msg: string; event?: string; error?: string }[] = [];
  return {
    lines,
    logger: pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
  };
}

describe('who looks on is told', () => {
  it('of an artifact that was prepared, once', async () => {
    const { host } = await startFakeHost();
    const seen = listen(host);
    for (const block of ['one', 'two']) await host.validate(candidate(block));
    const outcome = await host.precheck({ ...DEFAULTS, code: text('a PVF') });
    expect(of(seen, 'artifact-prepared')).toEqual([
      {
        type: 'artifact-prepared',
        codeHash: outcome.codeHash,
        prepHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        sizeBytes: expect.any(Number),
        stats: expect.objectContaining({ cpuTimeNs: 5_000_000n }),
      },
    ]);
  });

  it('of each outcome with what was asked for, without what the PVF returned', async () => {
    const { host } = await startFakeHost();
    const seen = listen(host);
    const valid = await host.validate(candidate('fine'));
    const refused = await host.validate(candidate('refuses', { kind: 'backing' }));
    const cancelled = await host.validate(candidate('fine', { signal: AbortSignal.abort() }));
    const failed = await host.precheck({ ...DEFAULTS, code: text('prevalidation') });
    if (valid.kind !== 'valid') throw new Error(valid.kind);
    const { result: _, resultBytes: __, ...rest } = valid;
    expect(of(seen, 'outcome')).toEqual([
      { type: 'outcome', request: 'approval', outcome: rest },
      { type: 'outcome', request: 'backing', outcome: refused },
      { type: 'outcome', request: 'approval', outcome: cancelled },
      { type: 'outcome', request: 'precheck', outcome: failed },
    ]);
  });

  it('of workers that end, and why', async () => {
    const clock = new FakeClock();
    const { host } = await startFakeHost({
      clock,
      executeWorkers: 1,
      maxJobsPerWorker: 2,
      workerIdleMs: 60_000,
    });
    const seen = listen(host);
    const ended = () => of(seen, 'worker-ended');
    await host.validate(candidate('1', { kind: 'backing' }));
    const [first] = workerProcesses('execute');
    await host.validate(candidate('2', { kind: 'backing' }));
    await host.validate(candidate('dies', { kind: 'backing' }));
    await host.validate(candidate('3', { kind: 'backing' }));
    process.kill(workerProcesses('execute')[0] ?? 0, 'SIGKILL');
    await waitUntil('the host has noticed', () => ended().length === 3);
    await clock.advance(60_000);
    const abort = new AbortController();
    await host.validate(
      candidate('hangs', {
        kind: 'backing',
        signal: abort.signal,
        onProgress: ({ type }) => type === 'executing' && abort.abort(),
      }),
    );
    await host.validate(candidate('4', { kind: 'backing' }));
    await host.close();
    expect(ended()).toMatchObject([
      { worker: 'execute', pid: first, reason: 'served-its-jobs', jobs: 2 },
      { worker: 'execute', reason: 'not-reusable', jobs: 1 },
      { worker: 'execute', reason: 'ended-by-itself', jobs: 1 },
      { worker: 'prepare', reason: 'idle', jobs: 1 },
      { worker: 'execute', reason: 'killed', jobs: 1 },
      { worker: 'execute', reason: 'host-closed', jobs: 1 },
    ]);
  });

  it('when this machine becomes too slow, and when it is not any more', async () => {
    const clock = new FakeClock();
    const { host } = await startFakeHost({ clock, executeWorkers: 1 });
    const seen = listen(host);
    const wait = async (ms: number, times: number): Promise<void> => {
      for (let i = 0; i < times; i += 1) {
        const abort = new AbortController();
        const first = host.validate(
          candidate('hangs', {
            signal: abort.signal,
            onProgress: ({ type }) => type === 'executing' && begun.resolve(),
          }),
        );
        const begun = Promise.withResolvers<void>();
        await begun.promise;
        const second = host.validate(candidate('fine'));
        await settle();
        await waitUntil('the second waits', () => host.status().execute.queued.approval === 1);
        await clock.advance(ms);
        abort.abort();
        await Promise.all([first, second]);
      }
    };
    await wait(20_000, 3);
    await wait(0, 10);
    expect(of(seen, 'slow-machine')).toMatchObject([
      {
        sign: 'queue-time',
        slow: true,
        averageQueueMs: expect.any(Number),
        remedy: expect.stringContaining('workers'),
      },
      { sign: 'queue-time', slow: false },
    ]);
    const [event] = of(seen, 'slow-machine') as SlowMachineEvent[];
    if (event?.sign === 'queue-time') expectTypeOf(event.averageQueueMs).toBeNumber();
  });
});

const throwing = (): never => {
  throw new Error('a listener’s own fault');
};

describe('a listener changes and disturbs nothing', () => {
  it('when it writes into what it is told', async () => {
    const { host } = await startFakeHost();
    const written: unknown[] = [];
    host.events.on('outcome', (event) => {
      const { outcome } = event as unknown as {
        outcome: Record<string, unknown> & { detail: { used: object } };
      };
      Object.assign(outcome, { kind: 'invalid', vote: 'against' });
      Object.assign(outcome.detail.used, { povBytes: -1 });
      written.push(outcome.kind);
      Object.assign(event, { outcome: undefined }); // throws: frozen
    });
    const outcome = await host.validate(candidate('fine'));
    expect(outcome).toMatchObject({
      kind: 'valid',
      vote: 'unchecked',
      detail: { used: { povBytes: expect.any(Number) } },
    });
    expect(outcome.detail.used.povBytes).toBeGreaterThan(0);
    expect(written).toEqual(['invalid']);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('a listener’s own fault');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('a listener’s own fault');
      },
    ],
    [
      'throws what has no text',
      () => {
        throw Object.create(null);
      },
    ],
    ['returns a hostile thenable', () => Object.defineProperty({}, 'then', { get: throwing })],
    ['never settles', () => new Promise(() => {})],
  ])('when it %s', async (how, listener) => {
    const { lines, logger } = noted();
    const { host } = await startFakeHost({ logger, executeWorkers: 1, maxJobsPerWorker: 1 });
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    try {
      for (const type of TYPES) host.events.on(type, listener);
      const seen = listen(host);
      expect(await host.validate(candidate('fine'))).toMatchObject({ kind: 'valid', attempts: 1 });
      await host.close();
      await settle();
      expect(of(seen, 'outcome')).toHaveLength(1);
      expect(unhandled).toEqual([]);
      const told = lines.filter(({ msg }) => msg === 'a listener threw').map(({ event }) => event);
      expect(new Set(told)).toEqual(
        how === 'never settles' ? new Set() : new Set(['artifact-prepared', 'worker-ended', 'outcome']),
      );
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  it('when it asks the host for more, or closes it', async () => {
    const { host } = await startFakeHost({ executeWorkers: 1, maxJobsPerWorker: 1 });
    const more: Promise<{ kind: string }>[] = [];
    const stop = host.events.on('worker-ended', () => {
      stop();
      more.push(host.validate(candidate('another')));
    });
    expect(await host.validate(candidate('fine'))).toMatchObject({ kind: 'valid' });
    expect(await more[0]).toMatchObject({ kind: 'valid' });
    host.events.on('outcome', () => host.close());
    expect(await host.validate(candidate('fine'))).toMatchObject({ kind: 'valid' });
    await expect(host.validate(candidate('fine'))).rejects.toMatchObject({ code: 'HOST_CLOSED' });
    await host.close();
  });

  it('once it is taken back, or the host is closed', async () => {
    const { host } = await startFakeHost();
    const seen: string[] = [];
    const stop = host.events.on('outcome', () => seen.push('taken back'));
    host.events.on('outcome', () => seen.push('stays'));
    stop();
    stop();
    const pending = host.validate(candidate('hangs'));
    await host.close();
    expect(await pending).toMatchObject({ kind: 'cancelled' });
    expect(seen).toEqual(['stays']);
  });
});
