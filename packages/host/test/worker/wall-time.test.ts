import { FakeClock, settle } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import { ask, type Exchange } from '../../src/worker/wall-time.ts';

const LIMIT_MS = 8_000;
const CPU_LIMIT_NS = 2_000_000_000n;
const FRAME = Uint8Array.of(1);

function push(timers: (() => void)[], callback: () => void): { cancel(): void } {
  timers.push(callback);
  return { cancel: () => {} };
}

/** A worker that takes the request at once and answers when the test says so. */
function setUp() {
  const clock = new FakeClock();
  // What a host that stands still sees: time passes, and its timers fire only afterwards.
  let lateMs = 0;
  const late = {
    now: () => clock.now() + lateMs,
    after: (ms: number, callback: () => void) => clock.after(ms, callback),
  };
  const answer = Promise.withResolvers<Uint8Array>();
  const connection = { send: async () => {}, receive: () => answer.promise };
  const told: Exchange[] = [];
  ask(late, CPU_LIMIT_NS, connection, [], () => {}).then((exchange) => told.push(exchange));
  const standStill = (ms: number): void => {
    lateMs += ms;
  };
  return { clock, answer, told, standStill };
}

describe('a worker that does not answer within four times its limit', () => {
  it('has timed out', async () => {
    const { clock, told } = setUp();
    await clock.advance(LIMIT_MS - 1);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual([{ type: 'timeout', wallTimeMs: LIMIT_MS }]);
  });

  it('has not timed out if its answer is there and was not read yet', async () => {
    const timers: (() => void)[] = [];
    const clock = { now: () => 0, after: (_: number, callback: () => void) => push(timers, callback) };
    const answer = Promise.withResolvers<Uint8Array>();
    const connection = { send: async () => {}, receive: () => answer.promise };
    const exchange = ask(clock, CPU_LIMIT_NS, connection, [], () => {});
    await settle();
    timers[0]?.();
    answer.resolve(FRAME);
    expect(await exchange).toMatchObject({ type: 'frame' });
  });
});

describe('time in which the host stood still', () => {
  it.each([
    [250, true],
    [251, false],
  ])('is more than a quarter of a second: %d ms late, timed out: %s', async (lateMs, timedOut) => {
    const { clock, told, standStill } = setUp();
    await settle();
    standStill(lateMs);
    await clock.advance(LIMIT_MS);
    expect(told.length > 0).toBe(timedOut);
  });

  it('is given to the worker once more', async () => {
    const { clock, answer, told, standStill } = setUp();
    await settle();
    standStill(3_000);
    await clock.advance(LIMIT_MS);
    expect(told).toEqual([]);
    answer.resolve(FRAME);
    await clock.advance(1);
    expect(told).toEqual([{ type: 'frame', frame: FRAME, wallTimeMs: LIMIT_MS + 3_000 }]);
  });

  it('is given only once, and never more than the limit', async () => {
    const { clock, told, standStill } = setUp();
    await settle();
    standStill(60_000);
    await clock.advance(LIMIT_MS);
    standStill(60_000);
    await clock.advance(LIMIT_MS);
    expect(told).toMatchObject([{ type: 'timeout' }]);
  });
});
