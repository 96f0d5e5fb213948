import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { templateBytes } from '@pvf/protocol';
import { acceptsWithWatermark, descendantsOf, GUEST_INPUT, waitUntil } from '@pvf/test-kit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ExecuteWorker, FULL_SECURITY } from '../../../verify/differential/driver/index.ts';
import { templateAndJob } from './support/loaded.ts';
import { answerOf, type Prepared, programOf, requestOf, WorkerPair, watermarkOf } from './support/workers.ts';

const LIMIT_MS = 2_000;
const PVFS = 12;

const pair = new WorkerPair();
const prepared: Prepared[] = [];
beforeAll(async () => {
  for (let i = 0; i < PVFS; i++) prepared.push(await pair.prepare(acceptsWithWatermark(1_000 + i)));
});
afterAll(() => pair.close());

/** An execute worker whose loaded PVFs may take up that many bytes; without a number, what it finds right itself. */
async function workerWith(bytes?: number) {
  const worker = await ExecuteWorker.spawn({
    program: programOf('execute'),
    security: FULL_SECURITY,
    executorParams: [],
    ...(bytes === undefined ? {} : { moreArguments: ['--template-memory-bytes', String(bytes)] }),
  });
  onTestFinished(() => worker.stop());
  const run = async (i: number): Promise<void> => {
    const { result } = await worker.execute(
      requestOf(prepared[i]!, GUEST_INPUT, LIMIT_MS),
      prepared[i]!.artifactPath,
    );
    expect(watermarkOf(result)).toBe(1_000 + i);
  };
  const processes = (): number[] => descendantsOf(worker.process.pid).map(({ pid }) => pid);
  return { worker, run, processes };
}

const inTurn = (rounds: number): number[] => Array.from({ length: rounds * PVFS }, (_, n) => n % PVFS);

describe('PVFs stay loaded', () => {
  it('from their first candidate on, as many as there is memory for', async () => {
    const { run, processes } = await workerWith(2 ** 30);
    for (const i of inTurn(1)) await run(i);
    // A template each, and a job that waits for the next candidate where the last one left time to make it.
    const first = await waitUntil('each is loaded', () => {
      const pids = processes();
      return pids.length >= PVFS && pids;
    });
    for (const i of inTurn(2)) await run(i);
    const later = await waitUntil('each is loaded still', () => {
      const pids = processes();
      return pids.length >= PVFS && pids;
    });
    expect(later.length).toBeLessThanOrEqual(2 * PVFS);
    expect(later.filter((pid) => first.includes(pid)).length).toBeGreaterThanOrEqual(PVFS);
  });

  it('from their second candidate on, if the host does not say how much memory there is', async () => {
    const { run, processes } = await workerWith();
    for (const i of inTurn(1)) await run(i);
    expect(processes()).toEqual([]);
    for (const i of inTurn(1)) await run(i);
    await waitUntil('each is loaded', () => processes().length >= PVFS);
  });

  it('and take up no more than the host allows', async () => {
    const three = 3 * templateBytes(readFileSync(prepared[0]!.artifactPath).length) + 4_096;
    const { run, processes } = await workerWith(three);
    let most = 0;
    for (const i of [...inTurn(2), ...Array.from({ length: 40 }, (_, n) => (n * n * 7) % PVFS)]) {
      await run(i);
      most = Math.max(most, processes().length);
    }
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(6);
  });

  it('and a PVF that many candidates come for gets the place of one that is not used', async () => {
    const one = templateBytes(readFileSync(prepared[0]!.artifactPath).length) + 4_096;
    const { worker, run, processes } = await workerWith(one);
    await run(0);
    const { template } = await templateAndJob(worker.process.pid);
    for (let n = 0; n < 4; n++) await run(1);
    const later = await waitUntil('a job waits again', () => processes().length === 2 && processes());
    expect(later).not.toContain(template);
  });

  it('none where there is no memory for any', async () => {
    const { run, processes } = await workerWith(0);
    for (const i of inTurn(2)) await run(i);
    expect(processes()).toEqual([]);
  });
});

describe('an artifact that was verified before', () => {
  it('is corrupted once its file has another content, though its PVF is loaded', async () => {
    const { worker } = await workerWith();
    const bytes = readFileSync(prepared[0]!.artifactPath);
    const { artifactPath } = pair.artifactOf(bytes);
    const execute = async (): Promise<string> =>
      answerOf((await worker.execute(requestOf(prepared[0]!, GUEST_INPUT, LIMIT_MS), artifactPath)).result);
    for (let n = 0; n < 3; n++) expect(await execute()).toBe('Ok');
    const fd = openSync(artifactPath, 'r+');
    writeSync(fd, Uint8Array.of(bytes.at(-1)! ^ 1), 0, 1, bytes.length - 1);
    closeSync(fd);
    for (let n = 0; n < 2; n++) expect(await execute()).toBe('CorruptedArtifact');
    writeFileSync(artifactPath, bytes);
    for (let n = 0; n < 2; n++) expect(await execute()).toBe('Ok');
  });

  it('is another one than that of another file with the same content', async () => {
    const { worker } = await workerWith();
    const bytes = readFileSync(prepared[0]!.artifactPath);
    for (let n = 0; n < 80; n++) {
      const { artifactPath } = pair.artifactOf(n % 2 === 0 ? bytes : bytes.subarray(0, -1));
      const { result } = await worker.execute(requestOf(prepared[0]!, GUEST_INPUT, LIMIT_MS), artifactPath);
      expect(answerOf(result)).toBe(n % 2 === 0 ? 'Ok' : 'CorruptedArtifact');
    }
  });
});
