// A worker that asks for artifacts: what it does when it is given no file with a request.
import { readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { ARTIFACT_WANTED, ExecuteRequest, ExecuteWorkerResult } from '@pvf/protocol';
import { acceptsWithWatermark, GUEST_INPUT, waitUntil } from '@pvf/test-kit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ExecuteWorker, FULL_SECURITY } from '../../../verify/differential/driver/index.ts';
import { childrenOf, templateAndJob } from './support/loaded.ts';
import { answerOf, type Prepared, programOf, requestOf, WorkerPair, watermarkOf } from './support/workers.ts';

const LIMIT_MS = 2_000;
const MUCH = 2 ** 30;
const NOTHING = 0;
/** When an artifact was made, seconds since the epoch: whole, so that it can be set again. */
const MADE_AT = 1_000_000;

const pair = new WorkerPair();
const prepared: Prepared[] = [];
beforeAll(async () => {
  for (const watermark of [1, 2]) prepared.push(await pair.prepare(acceptsWithWatermark(watermark)));
});
afterAll(() => pair.close());

/** An artifact of one test's own: the test may damage it. */
function copyOf(which: number): Prepared {
  const { artifactPath, result } = prepared[which]!;
  const copy = pair.artifactOf(readFileSync(artifactPath));
  utimesSync(copy.artifactPath, MADE_AT, MADE_AT);
  return { ...copy, result };
}

async function workerWith(templateBytes: number) {
  const worker = await ExecuteWorker.spawn({
    program: programOf('execute'),
    security: FULL_SECURITY,
    executorParams: [],
    moreArguments: ['--template-memory-bytes', String(templateBytes), '--ask-for-artifacts', '1'],
  });
  onTestFinished(() => worker.stop());
  const send = async (artifact: Prepared, path: string | undefined): Promise<string> => {
    const { result, bytes } = await worker.execute(requestOf(artifact, GUEST_INPUT, LIMIT_MS), path);
    if (Buffer.compare(bytes, ExecuteWorkerResult.encode({ ok: false, error: ARTIFACT_WANTED })) === 0)
      return 'wanted';
    return answerOf(result) === 'Ok' ? `${watermarkOf(result)}` : answerOf(result);
  };
  const given = (artifact: Prepared) => send(artifact, artifact.artifactPath);
  const notGiven = (artifact: Prepared) => send(artifact, undefined);
  return { worker, pid: worker.process.pid, given, notGiven };
}

/** Other bytes at the same place, as a disk or somebody with the host's rights may leave them. */
function damage({ artifactPath }: Prepared, unnoticed = false): void {
  const bytes = readFileSync(artifactPath);
  bytes[0]! ^= 1;
  writeFileSync(artifactPath, bytes);
  if (unnoticed) utimesSync(artifactPath, MADE_AT, MADE_AT);
}

/** With its job, which would serve one more candidate. */
async function endTemplate(worker: number): Promise<void> {
  const { template, waiting } = await templateAndJob(worker);
  for (const pid of [template, waiting]) process.kill(pid, 'SIGKILL');
}

describe.each([
  ['that keeps PVFs loaded', MUCH],
  ['without room for one', NOTHING],
])('a worker %s', (_, memory) => {
  it('runs each artifact that it was given, and asks for others before it begins', async () => {
    const { given, notGiven } = await workerWith(memory);
    const [one, two] = [prepared[0]!, prepared[1]!];
    expect(await notGiven(one)).toBe('wanted');
    expect(await given(one)).toBe('1');
    expect(await notGiven(two)).toBe('wanted');
    expect(await given(two)).toBe('2');
    for (let n = 0; n < 3; n++)
      for (const each of [one, two]) expect(await notGiven(each)).toBe(each === one ? '1' : '2');
  });

  it('finds an artifact corrupted that comes damaged, and asks for it the next time', async () => {
    const { given, notGiven } = await workerWith(memory);
    const own = copyOf(0);
    damage(own);
    for (let n = 0; n < 2; n++) {
      expect(await given(own)).toBe('CorruptedArtifact');
      expect(await notGiven(own)).toBe('wanted');
    }
    expect(await given(prepared[0]!)).toBe('1');
    expect(await notGiven(own)).toBe('1');
  });
});

describe('an artifact that is damaged after it was given', () => {
  it('does no harm where it is loaded', async () => {
    const { given, notGiven } = await workerWith(MUCH);
    const own = copyOf(0);
    expect(await given(own)).toBe('1');
    damage(own);
    for (let n = 0; n < 2; n++) expect(await notGiven(own)).toBe('1');
    truncateSync(own.artifactPath);
    expect(await notGiven(own)).toBe('1');
  });

  it('is asked for, and found out, where it is not', async () => {
    const { given, notGiven } = await workerWith(NOTHING);
    const own = copyOf(0);
    expect(await given(own)).toBe('1');
    damage(own);
    expect(await notGiven(own)).toBe('wanted');
    expect(await given(own)).toBe('CorruptedArtifact');
  });

  it('is asked for where its template has ended', async () => {
    const { pid, given, notGiven } = await workerWith(MUCH);
    const own = copyOf(0);
    expect(await given(own)).toBe('1');
    damage(own);
    await endTemplate(pid);
    expect(await notGiven(own)).toBe('wanted');
    expect(await given(own)).toBe('CorruptedArtifact');
  });

  it('is not run once it was made anew, though nobody can see the damage', async () => {
    const { given, notGiven } = await workerWith(NOTHING);
    const own = copyOf(0);
    expect(await given(own)).toBe('1');
    damage(own, true);
    // What the worker has verified it does not read again: as with a file that comes with each request.
    expect(await notGiven(own)).toBe('RuntimeConstruction');
    const anew = copyOf(0);
    expect(await given(anew)).toBe('1');
    expect(await notGiven(anew)).toBe('1');
  });
});

it('a template that ends is no reason to ask for a file that is as it was', async () => {
  const { pid, given, notGiven } = await workerWith(MUCH);
  expect(await given(prepared[0]!)).toBe('1');
  for (let n = 0; n < 2; n++) {
    await endTemplate(pid);
    expect(await notGiven(prepared[0]!)).toBe('1');
    // In a job of its own, or in one of a new template: that comes with the next candidate.
    expect(await notGiven(prepared[0]!)).toBe('1');
  }
});

it('no process uses a processor while the worker waits for the file that it has asked for', async () => {
  const { worker, pid, given } = await workerWith(MUCH);
  expect(await given(prepared[0]!)).toBe('1');
  const { template, waiting } = await templateAndJob(pid);
  // At once, so that the worker does not find out by itself that there is nothing to do.
  for (const each of prepared)
    worker.process.send(ExecuteRequest.encode(requestOf(each, GUEST_INPUT, LIMIT_MS)));
  const answers = [await worker.process.receive(LIMIT_MS * 4), await worker.process.receive(LIMIT_MS * 4)];
  expect(answers.map((bytes) => answerOf(ExecuteWorkerResult.decode(bytes)))).toEqual([
    'Ok',
    'InternalError',
  ]);
  const stopped = (each: number): boolean => readFileSync(`/proc/${each}/stat`, 'latin1').includes(') T ');
  const job = await waitUntil('another job waits', () =>
    childrenOf(pid).find((each) => each !== template && each !== waiting),
  );
  await waitUntil('all rest', () => [template, job].every(stopped));
});
