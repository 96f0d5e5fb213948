import { readFileSync } from 'node:fs';
import { adderChain, readAdderPvf } from '@pvf/example-adder-pvf';
import { templateBytes } from '@pvf/protocol';
import { acceptsWithWatermark, descendantsOf, GUEST_INPUT, guest, openDescriptors } from '@pvf/test-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ExecuteWorker, FULL_SECURITY } from '../../../verify/differential/driver/index.ts';
import {
  answerOf,
  type CandidateInput,
  type Prepared,
  programOf,
  requestOf,
  WorkerPair,
} from './support/workers.ts';

/**
 * The small version of `npm run soak`: more PVFs than there is memory for, in changing orders, so that templates come and
 * go, valid candidates and spoiled ones, and processes of the worker killed in between.
 */

const LIMIT_MS = 2_000;
const PLAIN = 16;
const LOADED = 6;
const CANDIDATES = 500;
const PERIOD = 50;
const KILL_EVERY = 20;

interface Work {
  readonly prepared: Prepared;
  readonly candidate: CandidateInput;
  readonly answer: string;
}

const pair = new WorkerPair();
const pvfs: Work[][] = [];
beforeAll(async () => {
  const add = async (code: Uint8Array, candidates: [CandidateInput, string][]): Promise<void> => {
    const prepared = await pair.prepare(code, 'Compilation');
    pvfs.push(candidates.map(([candidate, answer]) => ({ prepared, candidate, answer })));
  };
  const [block, other] = adderChain([3n, 4n]);
  await add(readAdderPvf(), [
    [block!, 'Ok'],
    [{ ...block!, parentHead: other!.parentHead }, 'InvalidCandidate'],
    [{ ...block!, blockData: new Uint8Array(3) }, 'InvalidCandidate'],
  ]);
  await add(guest('trap'), [[GUEST_INPUT, 'InvalidCandidate']]);
  await add(guest('start-function'), [[GUEST_INPUT, 'Ok']]);
  await add(guest('start-function-traps'), [[GUEST_INPUT, 'RuntimeConstruction']]);
  for (let i = 0; i < PLAIN; i++) await add(acceptsWithWatermark(i), [[GUEST_INPUT, 'Ok']]);
});
afterAll(() => pair.close());

it.each([
  ['as it goes', false],
  ['with processes of the worker killed meanwhile', true],
])('hundreds of candidates over twenty PVFs have their answers, and nothing grows: %s', async (_, kills) => {
  const loaded = pvfs.at(-1)![0]!.prepared;
  const worker = await ExecuteWorker.spawn({
    program: programOf('execute'),
    security: FULL_SECURITY,
    executorParams: [],
    moreArguments: [
      '--template-memory-bytes',
      String(LOADED * templateBytes(readFileSync(loaded.artifactPath).length)),
    ],
  });
  try {
    const { pid } = worker.process;
    let state = 7;
    const next = (below: number): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    let busy: number[] = [];
    let descriptors = 0;
    for (let n = 0; n < CANDIDATES; n++) {
      if (n % PERIOD === 0) busy = Array.from({ length: 4 }, () => next(pvfs.length));
      const works = pvfs[next(10) < 7 ? busy[next(busy.length)]! : next(pvfs.length)]!;
      const { prepared, candidate, answer } = works[next(works.length)]!;
      const { result } = await worker.execute(
        requestOf(prepared, candidate, LIMIT_MS),
        prepared.artifactPath,
      );
      expect(answerOf(result), `candidate ${n}`).toBe(answer);
      const below = descendantsOf(pid).map((one) => one.pid);
      expect(below.length).toBeLessThanOrEqual(2 * LOADED + 1);
      if (kills && n % KILL_EVERY === 0 && below.length > 0) {
        try {
          process.kill(below[next(below.length)]!, 'SIGKILL');
        } catch {
          // It was a job that has ended.
        }
      }
      if (n === CANDIDATES / 2) descriptors = openDescriptors(pid).size;
    }
    // Each loaded PVF has its own, and half way through there were as many.
    expect(openDescriptors(pid).size).toBeLessThanOrEqual(descriptors + 10);
  } finally {
    await worker.stop();
  }
});
