import { randomBytes } from 'node:crypto';
import { burnsCpuBlock, descendantsOf, GUEST_INPUT, guest, waitUntil } from '@pvf/test-kit';
import { expect, it, onTestFinished } from 'vitest';
import { occurrencesIn } from './support/memory.ts';
import { answerOf, type CandidateInput, type Prepared, WorkerPair } from './support/workers.ts';

const LIMIT_MS = 2_000;
const LONG_LIMIT_MS = 60_000;
const MARKER_BYTES = 32;
/** More than any process needs that only waits for work. */
const BUSY_TICKS = 10;

/** A candidate of `burns-cpu` that can be recognised in memory, by its block and its relay parent's storage root. */
function marked(rounds: bigint): { marker: Uint8Array; candidate: CandidateInput } {
  const marker = randomBytes(MARKER_BYTES);
  const blockData = Buffer.concat([burnsCpuBlock(rounds), marker]);
  return { marker, candidate: { ...GUEST_INPUT, blockData, relayParentStorageRoot: marker } };
}

/** The memory of a job that runs, and of the process that it was forked from, is searched from outside, as root can. */
async function searchJob(
  pair: WorkerPair,
  prepared: Prepared,
  markers: { own: Uint8Array; earlier: readonly Uint8Array[] },
  candidate: CandidateInput,
) {
  const workerPid = (await pair.executeWorker()).process.pid;
  const running = pair.execute(prepared, candidate, LONG_LIMIT_MS);
  const jobPid = await waitUntil(
    'the job runs',
    () => descendantsOf(workerPid).find(({ cpuTicks }) => cpuTicks > BUSY_TICKS)?.pid,
  );
  const idle = descendantsOf(workerPid).filter(({ pid }) => pid !== jobPid);
  const inJob = occurrencesIn(jobPid, [markers.own, ...markers.earlier]);
  const inTemplates = idle.flatMap(({ pid }) => occurrencesIn(pid, markers.earlier));
  process.kill(jobPid, 'SIGKILL');
  await running;
  return { inJob, inTemplates };
}

it('a job finds nothing of earlier candidates in its memory, of its own PVF or another', async () => {
  const pair = new WorkerPair();
  onTestFinished(() => pair.close());
  const burnsCpu = await pair.prepare(guest('burns-cpu'));
  const others = [guest('accepts-anything'), guest('start-function')];
  const earlier: Uint8Array[] = [];
  for (const code of [...others, ...others, guest('burns-cpu'), guest('burns-cpu')]) {
    const { marker, candidate } = marked(1n);
    earlier.push(marker);
    expect(answerOf(await pair.execute(await pair.prepare(code), candidate, LIMIT_MS))).toBe('Ok');
  }
  const { marker, candidate } = marked(1n << 60n);
  const { inJob, inTemplates } = await searchJob(pair, burnsCpu, { own: marker, earlier }, candidate);
  expect(inJob[0]).toBeGreaterThan(0);
  expect(inJob.slice(1)).toEqual(earlier.map(() => 0));
  expect(inTemplates.length).toBeGreaterThan(0);
  expect(inTemplates.filter((count) => count > 0)).toEqual([]);
});
