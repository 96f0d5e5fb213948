import { adderChain, readAdderPvf } from '@pvf/example-adder-pvf';
import { acceptsWithWatermark, GUEST_INPUT, guest } from '@pvf/test-kit';
import { afterAll, expect, it } from 'vitest';
import { answerOf, type Prepared, WorkerPair, watermarkOf } from './support/workers.ts';

const LIMIT_MS = 2_000;
/** More than a worker keeps loaded. */
const PVFS = 8;

const pair = new WorkerPair();
afterAll(() => pair.close());

it('many PVFs in turn, in any order, each get their own answers', async () => {
  const prepared: Prepared[] = [];
  for (let i = 0; i < PVFS; i++) prepared.push(await pair.prepare(acceptsWithWatermark(1_000 + i)));
  const inTurn = Array.from({ length: 2 * PVFS }, (_, i) => i % PVFS);
  const backAndForth = [0, 1, 0, 2, 0, 3, 0, 4, 4, 4, 3, 2, 1, 0, 7, 6, 7, 6, 5, 0];
  for (const i of [...inTurn, ...backAndForth])
    expect(watermarkOf(await pair.execute(prepared[i]!, GUEST_INPUT, LIMIT_MS))).toBe(1_000 + i);
});

it('PVFs that cannot be loaded ahead, that trap and that loop do not spoil the others', async () => {
  const names = [
    'accepts-anything',
    'start-function',
    'trap',
    'start-function-traps',
    'infinite-loop',
    'memory-growth-until-refused',
  ] as const;
  const answers = ['Ok', 'Ok', 'InvalidCandidate', 'RuntimeConstruction', 'JobTimedOut', 'Ok'];
  const prepared: Prepared[] = [];
  for (const name of names) prepared.push(await pair.prepare(guest(name), 'Compilation'));
  for (let round = 0; round < 3; round++) {
    const got: string[] = [];
    for (const one of prepared) got.push(answerOf(await pair.execute(one, GUEST_INPUT, 200)));
    expect(got).toEqual(answers);
  }
});

it('a chain of blocks interleaved with another PVF’s candidates stays right', async () => {
  const adder = await pair.prepare(readAdderPvf());
  const other = await pair.prepare(acceptsWithWatermark(5));
  for (const { parentHead, blockData, head } of adderChain([1n, 2n ** 63n, 0n, 2n ** 64n - 1n, 7n, 7n])) {
    const result = await pair.execute(adder, { parentHead, blockData }, LIMIT_MS);
    if (!result.ok || result.value.jobResponse.type !== 'Ok') throw new Error(answerOf(result));
    expect(Buffer.from(result.value.jobResponse.resultDescriptor.headData)).toEqual(Buffer.from(head));
    expect(watermarkOf(await pair.execute(other, GUEST_INPUT, LIMIT_MS))).toBe(5);
  }
});
