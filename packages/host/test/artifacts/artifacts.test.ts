import type { PrepareError } from '@pvf/protocol';
import { FakeClock, settle } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import { artifactKey } from '../../src/artifact-identity.ts';
import { Artifacts } from '../../src/artifacts/artifacts.ts';
import type { ArtifactRequest } from '../../src/artifacts/request.ts';
import type { CacheEvent } from '../../src/metrics/index.ts';
import type { ToPrepareQueue } from '../../src/prepare/messages.ts';
import type { PrepareAnswer, PrepareWork } from '../../src/prepare/work.ts';
import type { Artifact } from '../../src/store/index.ts';
import { silent } from '../support/hosts.ts';

const MINUTE_MS = 60_000;
const IDENTITY = { codeHash: 'c', prepHash: 'p', engine: 'e' };
const KEY = artifactKey(IDENTITY);
const DESTINATION = { type: 'cache', identity: IDENTITY } as const;

function setUp() {
  const clock = new FakeClock();
  const toQueue: ToPrepareQueue<PrepareWork>[] = [];
  const events: CacheEvent[] = [];
  const finalFailures: string[] = [];
  const removed: string[] = [];
  const unsound = new Set<string>();
  let inside = 0;
  let disk = Promise.resolve();
  const store = {
    isSound: (artifact: Artifact) => !unsound.has(artifact.path),
    touch: () => {},
    remove: async (artifact: Artifact) => {
      await disk;
      removed.push(artifact.path);
    },
  };
  const artifacts = new Artifacts({
    clock,
    logger: silent,
    store,
    queue: { handle: (message) => toQueue.push(message) },
    metrics: {
      cache: (event) => events.push(event),
      gaveUp: (error) => finalFailures.push(error),
      prepareEnqueued: () => {
        inside += 1;
      },
      prepareConcluded: () => {
        inside -= 1;
      },
      prepared: () => {},
    },
    news: { tell: () => {} },
    disk: { bytes: Number.POSITIVE_INFINITY, minStaleMs: 0 },
  });
  const never = new AbortController().signal;
  const request = (rest: Partial<ArtifactRequest> = {}): ArtifactRequest => ({
    identity: IDENTITY,
    purpose: 'execute',
    priority: 'normal',
    work: { request: {} as PrepareWork['request'], destination: DESTINATION },
    ...rest,
  });
  const acquire = (rest: Partial<ArtifactRequest> = {}, signal = never) =>
    artifacts.acquire(request(rest), signal);
  const conclude = (answer: PrepareAnswer, key = KEY) =>
    artifacts.handlePreparation({ type: 'concluded', job: key, answer });
  const fail = (error: PrepareError, key = KEY) => conclude({ type: 'failed', error }, key);
  const prepared = (path = 'file', size = 10, key = KEY) => {
    const memoryStats = { memoryTrackerStats: undefined, maxRss: undefined, peakTrackedAlloc: 0n };
    const stats = { cpuTimeElapsed: { secs: 0n, nanos: 0 }, memoryStats, observedWasmCodeLen: 0 };
    conclude({ type: 'prepared', path, size, checksum: new Uint8Array(32), stats, wallTimeMs: 1 }, key);
  };
  const enqueued = () => toQueue.filter(({ type }) => type === 'enqueue').length;
  return {
    clock,
    artifacts,
    toQueue,
    enqueued,
    events,
    finalFailures,
    removed,
    unsound,
    /** From now on nothing is removed until what this returns is called. */
    stopDisk: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      disk = promise;
      return resolve;
    },
    /** Preparations in the pipeline, as the metrics count them. */
    inside: () => inside,
    acquire,
    conclude,
    fail,
    prepared,
  };
}

/** Of `MAX_FAILURES`. */
const REMEMBERED_FAILURES = 4_096;

it('of more failures than are remembered the oldest is forgotten', async () => {
  const { acquire, fail, enqueued } = setUp();
  const failed = (n: number): Promise<unknown> => {
    const identity = { ...IDENTITY, codeHash: `${n}` };
    const result = acquire({ identity, purpose: 'precheck' });
    fail({ type: 'Prevalidation', value: '' }, artifactKey(identity));
    return result;
  };
  for (let n = 0; n <= REMEMBERED_FAILURES; n += 1) await failed(n);
  const before = enqueued();
  // The others are told again without another try.
  for (let n = REMEMBERED_FAILURES; n > 0; n -= 1) await failed(n);
  expect(enqueued()).toBe(before);
  await failed(0);
  expect(enqueued()).toBe(before + 1);
});

it('a preparation for which no worker starts leaves what was known before', async () => {
  const { clock, artifacts, acquire, fail } = setUp();
  const first = acquire();
  fail({ type: 'IoErr', value: 'a full disk' });
  expect(await first).toMatchObject({ type: 'failed' });
  await clock.advance(20 * MINUTE_MS);
  const second = acquire();
  const reason = { type: 'not-started', message: 'no' } as const;
  artifacts.handlePreparation({ type: 'failed', job: KEY, reason });
  expect(await second).toEqual({ type: 'not-started', reason });
  expect(artifacts.counts()).toMatchObject({ failed: 1, preparing: 0 });
  expect(await acquire({ purpose: 'precheck' })).toMatchObject({
    type: 'failed',
    error: { type: 'IoErr', value: 'a full disk' },
  });
});

describe('an artifact', () => {
  it('is prepared once for all who ask while it is being prepared', async () => {
    const { acquire, prepared, enqueued } = setUp();
    const waiting = [acquire(), acquire({ purpose: 'precheck' }), acquire()];
    expect(enqueued()).toBe(1);
    prepared();
    const results = await Promise.all(waiting);
    expect(results.map(({ type }) => type)).toEqual(['ready', 'ready', 'ready']);
    expect(await acquire()).toMatchObject({ type: 'ready', fromCache: true });
    expect(enqueued()).toBe(1);
  });

  it('of another identity is another preparation', () => {
    const { acquire, enqueued } = setUp();
    acquire();
    acquire({ identity: { ...IDENTITY, codeHash: 'other' } });
    acquire({ identity: { ...IDENTITY, prepHash: 'other' } });
    expect(enqueued()).toBe(3);
  });

  it('that turned out to be bad is removed and prepared again', async () => {
    const { artifacts, acquire, prepared, removed, enqueued } = setUp();
    const first = acquire();
    prepared('old');
    const result = await first;
    if (result.type !== 'ready') throw new Error('not ready');
    await artifacts.discard(result.artifact);
    expect(removed).toEqual(['old']);
    const second = acquire();
    expect(enqueued()).toBe(2);
    prepared('new');
    // A second report about the old one does not harm the new one.
    await artifacts.discard(result.artifact);
    expect(await second).toMatchObject({ type: 'ready', artifact: { path: 'new' }, fromCache: false });
    expect(await acquire()).toMatchObject({ artifact: { path: 'new' }, fromCache: true });
  });

  it('that turned out to be bad is gone before it is prepared again', async () => {
    const { acquire, prepared, unsound, removed, enqueued, stopDisk } = setUp();
    acquire();
    prepared('bad');
    unsound.add('bad');
    const goOn = stopDisk();
    acquire();
    await settle();
    expect([removed, enqueued()]).toEqual([[], 1]);
    goOn();
    await settle();
    expect([removed, enqueued()]).toEqual([['bad'], 2]);
  });

  it('of an earlier run that does not verify is prepared again', async () => {
    const { artifacts, acquire, unsound, removed, enqueued } = setUp();
    const artifact: Artifact = { identity: IDENTITY, path: 'kept', checksum: '', size: 1, stats: undefined };
    artifacts.restore(new Map([[KEY, { artifact, lastUsed: 0 }]]));
    expect(await acquire()).toMatchObject({ type: 'ready', fromCache: true, artifact: { path: 'kept' } });
    unsound.add('kept');
    acquire();
    await settle();
    expect(removed).toEqual(['kept']);
    expect(enqueued()).toBe(1);
  });
});

describe('a preparation that failed', () => {
  const transient: PrepareError = { type: 'IoErr', value: '' };

  it('is not tried again within 15 minutes', async () => {
    const { clock, acquire, fail, enqueued } = setUp();
    const first = acquire();
    fail(transient);
    expect(await first).toEqual({ type: 'failed', error: transient });
    await clock.advance(15 * MINUTE_MS - 1);
    expect(await acquire()).toEqual({ type: 'failed', error: transient });
    expect(enqueued()).toBe(1);
  });

  it('is tried again by a new request after 15 minutes, and five times at most', async () => {
    const { clock, acquire, fail, enqueued } = setUp();
    acquire();
    fail(transient);
    for (let i = 0; i < 10; i += 1) {
      await clock.advance(15 * MINUTE_MS);
      acquire();
      fail(transient);
    }
    expect(enqueued()).toBe(1 + 5);
  });

  it('is never tried again by time alone', async () => {
    const { clock, acquire, fail, enqueued } = setUp();
    acquire();
    fail(transient);
    await clock.advance(24 * 60 * MINUTE_MS);
    expect(enqueued()).toBe(1);
  });

  it('is forgotten once it succeeds', async () => {
    const { clock, acquire, fail, prepared } = setUp();
    acquire();
    fail(transient);
    await clock.advance(15 * MINUTE_MS);
    const again = acquire();
    prepared();
    expect(await again).toMatchObject({ type: 'ready' });
  });

  it.each<PrepareError>([
    { type: 'Prevalidation', value: '' },
    { type: 'Preparation', value: '' },
    { type: 'JobError', value: '' },
    { type: 'OutOfMemory' },
    { type: 'CouldNotDecompressCodeBlob', value: '' },
  ])('for a reason that lies in the PVF is never tried again: $type', async (error) => {
    const { clock, acquire, fail, enqueued } = setUp();
    acquire();
    fail(error);
    await clock.advance(24 * 60 * MINUTE_MS);
    expect(await acquire()).toEqual({ type: 'failed', error });
    expect(enqueued()).toBe(1);
  });

  it('for want of room to decompress is tried again with another limit, and only then', async () => {
    const error: PrepareError = { type: 'CouldNotDecompressCodeBlob', value: '' };
    const { acquire, fail, prepared, enqueued } = setUp();
    const limited = (validationCodeBombLimit: number): Partial<ArtifactRequest> => ({
      purpose: 'precheck',
      work: {
        request: { validationCodeBombLimit } as PrepareWork['request'],
        destination: DESTINATION,
      },
    });
    acquire(limited(10));
    fail(error);
    expect(await acquire(limited(10))).toEqual({ type: 'failed', error });
    expect(enqueued()).toBe(1);
    const roomier = acquire(limited(20));
    prepared();
    expect(await roomier).toMatchObject({ type: 'ready' });
  });

  it('is not tried again by a precheck', async () => {
    const { clock, acquire, fail, enqueued } = setUp();
    acquire();
    fail(transient);
    await clock.advance(16 * MINUTE_MS);
    expect(await acquire({ purpose: 'precheck' })).toEqual({ type: 'failed', error: transient });
    expect(enqueued()).toBe(1);
  });

  it('is tried again by a heads-up under the same rule', async () => {
    const { clock, acquire, fail, enqueued } = setUp();
    acquire();
    fail(transient);
    acquire({ purpose: 'heads-up' });
    expect(enqueued()).toBe(1);
    await clock.advance(15 * MINUTE_MS);
    acquire({ purpose: 'heads-up' });
    expect(enqueued()).toBe(2);
  });

  it('because no worker could be started leaves nothing behind', async () => {
    const { artifacts, acquire, enqueued } = setUp();
    const first = acquire();
    const reason = { type: 'not-started', message: 'no' } as const;
    artifacts.handlePreparation({ type: 'failed', job: KEY, reason });
    expect(await first).toEqual({ type: 'not-started', reason });
    acquire();
    expect(enqueued()).toBe(2);
  });
});

describe('a preparation is cancelled', () => {
  it('when only prechecks asked for it and none waits any more, and not before', async () => {
    const { artifacts, acquire, toQueue } = setUp();
    const [a, b] = [new AbortController(), new AbortController()];
    const purpose = 'precheck';
    const waiting = [acquire({ purpose }, a.signal), acquire({ purpose }, b.signal)];
    a.abort(new Error('a'));
    expect(toQueue).toHaveLength(1);
    b.abort(new Error('b'));
    expect(toQueue[1]).toEqual({ type: 'cancel', job: KEY });
    expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(artifacts.counts().preparing).toBe(0);
  });

  it.each(['heads-up', 'execute'] as const)('never if somebody asked for it: %s', async (purpose) => {
    const { acquire, toQueue, prepared } = setUp();
    const [first, last] = [new AbortController(), new AbortController()];
    const waiting = [acquire({ purpose }, first.signal), acquire({ purpose: 'precheck' }, last.signal)];
    for (const abort of [first, last]) abort.abort(new Error('gone'));
    for (const each of waiting) await expect(each).rejects.toThrow('gone');
    expect(toQueue).toHaveLength(1);
    prepared();
    expect(await acquire()).toMatchObject({ type: 'ready', fromCache: true });
  });

  it('when the host ends, even if a heads-up asked for it', async () => {
    const { artifacts, acquire, toQueue } = setUp();
    acquire({ purpose: 'heads-up' });
    artifacts.cancelAll();
    expect(toQueue[1]).toEqual({ type: 'cancel', job: KEY });
  });

  it('without forgetting how often it has failed', async () => {
    const { clock, artifacts, acquire, fail, enqueued } = setUp();
    acquire();
    fail({ type: 'TimedOut' });
    await clock.advance(15 * MINUTE_MS);
    acquire();
    expect(enqueued()).toBe(2);
    artifacts.cancelAll();
    acquire();
    expect(enqueued()).toBe(3);
    fail({ type: 'TimedOut' });
    expect(await acquire()).toMatchObject({ type: 'failed' });
  });
});

describe('a precheck is stricter than an execution', () => {
  const strict: PrepareError[] = [
    { type: 'TimedOut' },
    { type: 'OutOfMemory' },
    { type: 'RuntimeConstruction', value: '' },
  ];

  it.each(strict)('so that an execution that joins it has limits of its own: $type', async (error) => {
    const { acquire, fail, prepared, enqueued } = setUp();
    const precheck = acquire({ purpose: 'precheck' });
    const execution = acquire({ purpose: 'execute', priority: 'critical' });
    fail(error);
    expect(await precheck).toEqual({ type: 'failed', error });
    expect(enqueued()).toBe(2);
    // A later precheck is answered by the limits of prechecks, not by what the execution comes to.
    expect(await acquire({ purpose: 'precheck' })).toEqual({ type: 'failed', error });
    prepared();
    expect(await execution).toMatchObject({ type: 'ready' });
    expect(enqueued()).toBe(2);
  });

  it.each(strict)('but its failure answers an execution that comes later: $type', async (error) => {
    const { clock, acquire, fail, enqueued } = setUp();
    acquire({ purpose: 'precheck' });
    fail(error);
    expect(await acquire()).toEqual({ type: 'failed', error });
    await clock.advance(15 * MINUTE_MS);
    acquire();
    expect(enqueued()).toBe(error.type === 'OutOfMemory' ? 1 : 2);
  });

  it('so that the execution’s preparation goes on when the execution has left', async () => {
    const { acquire, fail, toQueue, enqueued } = setUp();
    acquire({ purpose: 'precheck' });
    const abort = new AbortController();
    const execution = acquire({ priority: 'critical' }, abort.signal);
    abort.abort(new Error('gone'));
    await expect(execution).rejects.toThrow('gone');
    fail({ type: 'TimedOut' });
    expect(enqueued()).toBe(2);
    expect(toQueue.at(-1)).toMatchObject({ type: 'enqueue', priority: 'critical' });
  });

  it('and keeps the urgency of whoever joined, though another one was there first', async () => {
    const { acquire, fail, toQueue } = setUp();
    acquire({ purpose: 'precheck' });
    acquire({ purpose: 'execute' });
    const abort = new AbortController();
    const urgent = acquire({ priority: 'critical' }, abort.signal);
    abort.abort(new Error('gone'));
    await expect(urgent).rejects.toThrow('gone');
    fail({ type: 'TimedOut' });
    expect(toQueue).toEqual([
      expect.objectContaining({ type: 'enqueue', priority: 'normal' }),
      { type: 'raise', job: KEY },
      expect.objectContaining({ type: 'enqueue', priority: 'critical' }),
    ]);
  });

  it('but other failures are those of all who wait', async () => {
    const { acquire, fail, enqueued } = setUp();
    const waiting = [acquire({ purpose: 'precheck' }), acquire()];
    const error: PrepareError = { type: 'JobDied', err: '', jobPid: 1 };
    fail(error);
    expect(await Promise.all(waiting)).toEqual([
      { type: 'failed', error },
      { type: 'failed', error },
    ]);
    expect(enqueued()).toBe(1);
  });
});

describe('a PVF from whose candidates this host abstains from now on', () => {
  const transient: PrepareError = { type: 'IoErr', value: '' };
  const final: PrepareError = { type: 'Prevalidation', value: '' };

  it('is told of once, with its first execution or heads-up', async () => {
    const { acquire, fail, finalFailures } = setUp();
    acquire({ purpose: 'precheck' });
    fail(final);
    expect(finalFailures).toEqual([]);
    for (const purpose of ['execute', 'heads-up', 'execute'] as const) await acquire({ purpose });
    expect(finalFailures).toEqual(['Prevalidation']);
  });

  it('is told of when the last try has failed, and not before', async () => {
    const { clock, acquire, fail, finalFailures } = setUp();
    for (let i = 0; i < 6; i += 1) {
      expect(finalFailures).toEqual([]);
      acquire();
      fail(transient);
      await clock.advance(15 * MINUTE_MS);
    }
    expect(await acquire()).toMatchObject({ type: 'failed' });
    expect(finalFailures).toEqual(['IoErr']);
  });

  it('is unknown when its failures are forgotten while it is tried again, and that try is taken back', async () => {
    const { clock, artifacts, acquire, fail, enqueued } = setUp();
    acquire();
    fail(transient);
    await clock.advance(15 * MINUTE_MS);
    acquire();
    expect(artifacts.forgetFailures('c')).toBe(1);
    expect(artifacts.forgetFailures('c')).toBe(0);
    artifacts.cancelAll();
    expect(artifacts.counts()).toEqual({ prepared: 0, preparing: 0, failed: 0, bytes: 0 });
    acquire();
    expect(enqueued()).toBe(3);
  });

  it('is tried again at once when its failures are forgotten', async () => {
    const { artifacts, acquire, fail, prepared, enqueued } = setUp();
    acquire();
    fail(final);
    const other = { ...IDENTITY, codeHash: 'other' };
    acquire({ identity: other });
    fail(final, artifactKey(other));
    expect(artifacts.forgetFailures('c')).toBe(1);
    expect(artifacts.counts().failed).toBe(1);
    const again = acquire();
    expect(enqueued()).toBe(3);
    prepared();
    expect(await again).toMatchObject({ type: 'ready' });
    expect(artifacts.forgetFailures(undefined)).toBe(1);
    expect(artifacts.counts()).toMatchObject({ failed: 0, prepared: 1 });
  });
});

it('a critical request raises the priority of a preparation that waits', () => {
  const { acquire, toQueue } = setUp();
  acquire();
  acquire({ priority: 'critical' });
  acquire({ priority: 'critical' });
  expect(toQueue.slice(1)).toEqual([{ type: 'raise', job: KEY }]);
});

describe('pruning', () => {
  async function withThree() {
    const world = setUp();
    for (const codeHash of ['1', '2', '3']) {
      const identity = { ...IDENTITY, codeHash };
      world.acquire({ identity });
      world.prepared(codeHash, 10, artifactKey(identity));
      await world.clock.advance(MINUTE_MS);
    }
    return world;
  }

  it('removes the least recently used first, down to the limit', async () => {
    const { artifacts, acquire, removed, events } = await withThree();
    await acquire({ identity: { ...IDENTITY, codeHash: '1' } });
    const report = await artifacts.prune(15, 0);
    expect(report).toEqual({ removed: 2, removedBytes: 20, kept: 1, keptBytes: 10 });
    expect(removed).toEqual(['2', '3']);
    expect(events.filter((event) => event === 'evicted')).toHaveLength(2);
  });

  it('ends when the files are gone', async () => {
    const { artifacts, removed, stopDisk } = await withThree();
    const goOn = stopDisk();
    let done = false;
    const pruned = artifacts.prune(20, 0).then(() => (done = true));
    await settle();
    expect([removed, done]).toEqual([[], false]);
    goOn();
    await pruned;
    expect(removed).toEqual(['1']);
  });

  it('leaves alone what was lost and is in the making again while others are removed', async () => {
    const { artifacts, acquire, prepared, inside, removed, unsound, stopDisk } = await withThree();
    const identity = { ...IDENTITY, codeHash: '2' };
    const goOn = stopDisk();
    const pruned = artifacts.prune(0, 0);
    // What is removed from now on is gone at once.
    stopDisk()();
    unsound.add('2');
    const again = acquire({ identity });
    await settle();
    expect([removed, inside()]).toEqual([['2'], 1]);
    goOn();
    expect(await pruned).toEqual({ removed: 2, removedBytes: 20, kept: 0, keptBytes: 0 });
    expect(removed).toEqual(['2', '1', '3']);
    expect([inside(), artifacts.counts().preparing]).toEqual([1, 1]);
    prepared('2 again', 10, artifactKey(identity));
    expect(await again).toMatchObject({ type: 'ready', artifact: { path: '2 again' }, fromCache: false });
    expect(artifacts.counts().prepared).toBe(1);
  });

  it('spares what was used lately', async () => {
    const { artifacts, removed } = await withThree();
    await artifacts.prune(0, 2.5 * MINUTE_MS);
    expect(removed).toEqual(['1']);
  });

  it('does nothing below the limit', async () => {
    const { artifacts } = await withThree();
    expect(await artifacts.prune(30, 0)).toEqual({ removed: 0, removedBytes: 0, kept: 3, keptBytes: 30 });
  });
});

it('hits and misses are counted, heads-ups are not', async () => {
  const { acquire, prepared, events } = setUp();
  acquire();
  acquire();
  prepared();
  await acquire();
  await acquire({ purpose: 'heads-up' });
  expect(events).toEqual(['miss', 'hit']);
});
