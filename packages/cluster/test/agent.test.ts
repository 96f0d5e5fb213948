import type { PrecheckOutcome } from '@pvf/host';
import pino from 'pino';
import { expect, test } from 'vitest';
import { waitingExecutor } from '../check/support/executors.ts';
import { countAttempts } from '../src/agent/attempts.ts';
import { Codes } from '../src/agent/codes.ts';
import { Breaker, faultOf } from '../src/agent/faults.ts';
import { runDelivery } from '../src/agent/job-task.ts';
import { PartitionOrder } from '../src/agent/order.ts';
import type { Delivery } from '../src/agent/pull.ts';
import { Tally } from '../src/agent/tally.ts';
import { PARTITIONS } from '../src/names.ts';
import type { Attempt, JobRecord } from '../src/records/index.ts';

const HASH_OF_NOTHING = '0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8';

test('what is loaded is asked for first, but not forever', () => {
  const order = new PartitionOrder(3);
  const loaded = new Set([6]);
  expect(order.order(loaded)[0]).toBe(6);
  expect([...order.order(loaded)].sort()).toEqual(Array.from({ length: PARTITIONS }, (_, index) => index));
  for (let times = 0; times < 32; times += 1) order.took(6, loaded);
  expect(order.order(loaded)[0]).not.toBe(6);
  order.took(1, loaded);
  expect(order.order(loaded).slice(0, 2)).toEqual([6, 2]);
});

test('attempts that were handed back do not count', () => {
  const attempt = (state: Attempt['state']): Attempt => ({ agent: 'a', delivery: 1, at: '', state });
  expect(countAttempts([attempt('began'), attempt('failed'), attempt('began')])).toBe(2);
  expect(countAttempts([attempt('began'), attempt('returned'), attempt('began')])).toBe(1);
});

test('faults of its machine make an agent pause, longer each time, until something works', () => {
  let now = 0;
  const breaker = new Breaker(() => now);
  expect(breaker.cause).toBeUndefined();
  breaker.fault('disk');
  expect([breaker.pauseMs, breaker.cause]).toEqual([1_000, 'disk']);
  now = 1_000;
  breaker.fault('disk');
  expect(breaker.pauseMs).toBe(2_000);
  for (let times = 0; times < 20; times += 1) breaker.fault('disk');
  expect(breaker.pauseMs).toBe(60_000);
  breaker.success();
  expect(breaker.pauseMs).toBe(0);
});

test('a job that this agent may not have goes round for one that may, and is a failed attempt only at last', async () => {
  const told: string[] = [];
  const deliveryOf = (delivery: number) =>
    ({ delivery, giveBack: () => told.push('back'), ack: () => told.push('ack') }) as unknown as Delivery;
  const added: string[] = [];
  const context = {
    attempts: { of: async () => [], add: async (...[, , state]: unknown[]) => added.push(String(state)) },
    work: { takes: () => false, isAnswered: async () => false },
    isOver: () => false,
    isBusyWith: () => false,
  } as unknown as Parameters<typeof runDelivery>[0];
  const job = { head: { run: 'r', index: 0, replica: 0, replicas: 1 } } as unknown as JobRecord;
  const end = async (delivery: number) => {
    const inputs = Promise.reject(new Error('too large'));
    return await runDelivery(context, deliveryOf(delivery), job, inputs, new AbortController().signal);
  };
  for (const delivery of [1, 2, 49]) expect(await end(delivery)).toEqual({ type: 'passed' });
  expect([told, added]).toEqual([['back', 'back', 'back'], []]);
  expect(await end(50)).toEqual({ type: 'failed', cause: 'too large', ofMachine: false });
  expect([told.length, added]).toEqual([4, ['began', 'failed']]);
});

test('only what its machine got wrong is a fault', () => {
  const failed = (type: string) =>
    ({ kind: 'failed', error: { type }, message: 'm' }) as unknown as PrecheckOutcome;
  expect(faultOf(failed('IoErr'))).toBe('m');
  expect(faultOf(failed('Preparation'))).toBeUndefined();
  expect(faultOf(failed('OutOfMemory'))).toBeUndefined();
  expect(faultOf({ kind: 'internal', cause: 'kernel', message: 'm' } as never)).toBe('kernel: m');
  expect(faultOf({ kind: 'preparation-failed', error: { type: 'Preparation' } } as never)).toBeUndefined();
});

test('a PVF counts by its hash alone, is fetched once, and makes room for others', async () => {
  const logger = pino({ level: 'silent' });
  const codes = new Codes(waitingExecutor(), undefined, logger, 10);
  let fetched = 0;
  const fetch = async () => {
    fetched += 1;
    return new Uint8Array();
  };
  await codes.get(HASH_OF_NOTHING, 8, fetch);
  await codes.get(HASH_OF_NOTHING, 8, fetch);
  expect(fetched).toBe(1);
  await expect(codes.get('00'.repeat(32), 8, fetch)).rejects.toThrow('has another hash');
  await expect(codes.get('01'.repeat(32), 1, async () => null)).rejects.toThrow('has no PVF');
  expect(codes.has('00'.repeat(32))).toBe(false);
  expect(codes.has(HASH_OF_NOTHING)).toBe(false);
});

test('the rate is of the last half minute', () => {
  let now = 0;
  const tally = new Tally(() => now);
  for (; now < 10_000; now += 100) tally.add();
  expect(tally.rate).toBeCloseTo(10);
  now = 100_000;
  expect([tally.rate, tally.done]).toEqual([0, 100]);
});
