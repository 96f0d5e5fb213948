import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFrame, WorkerHandshake } from '@pvf/protocol';
import { descendantsOf, guest, isAlive, slowToCompile, waitUntil } from '@pvf/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FULL_SECURITY } from '../../../verify/differential/driver/index.ts';
import { executionFrame, oneJob, preparationFrame } from './support/one-job.ts';
import { NotStarted, RawWorker, type WorkerKind } from './support/raw-worker.ts';
import { type Prepared, WorkerPair } from './support/workers.ts';

const KINDS: readonly WorkerKind[] = ['prepare', 'execute'];
/** Workers at once: each mostly waits for its start. */
const AT_ONCE = 4;
const HANDSHAKE = encodeFrame(WorkerHandshake.encode({ securityStatus: FULL_SECURITY }));

const pair = new WorkerPair();
let prepared: Prepared;
beforeAll(async () => {
  prepared = await pair.prepare(guest('accepts-anything'));
});
afterAll(() => pair.close());

async function greeted(kind: WorkerKind): Promise<RawWorker> {
  const worker = await RawWorker.start(kind);
  worker.greet();
  if (kind === 'execute') worker.sendParams();
  return worker;
}

const requestOf = (kind: WorkerKind): Uint8Array =>
  kind === 'prepare' ? preparationFrame(Uint8Array.of(0, 0x61, 0x73, 0x6d)) : executionFrame(prepared);

/** How workers end that get `bytes`, each cut at one of `places`, and then nothing. */
async function endsWhenCut(start: () => Promise<RawWorker>, bytes: Uint8Array, places: readonly number[]) {
  const rest = [...places];
  const ends = new Set<number | string>();
  const lane = async (): Promise<void> => {
    for (let at = rest.shift(); at !== undefined; at = rest.shift()) {
      const worker = await start();
      worker.write(bytes.subarray(0, at));
      worker.finishSending();
      ends.add((await worker.ended).status);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return [...ends];
}

const upTo = (end: number, step = 1): number[] =>
  Array.from({ length: Math.ceil(end / step) }, (_, i) => i * step);

describe.each(KINDS)('a %s worker ends with status 1 when its host', (kind) => {
  it('sends a handshake that is cut anywhere', async () => {
    const start = () => RawWorker.start(kind);
    expect(await endsWhenCut(start, HANDSHAKE, upTo(HANDSHAKE.length))).toEqual([1]);
  });

  it('sends a request that is cut: anywhere in the length, every few bytes after it', async () => {
    const request = requestOf(kind);
    const places = [...upTo(8), ...upTo(request.length - 8, 11).map((at) => at + 8)];
    expect(await endsWhenCut(() => greeted(kind), request, places)).toEqual([1]);
  }, 120_000);

  it.each([
    ['2^30 - 1 bytes', [0xfe, 0xff, 0xff, 0xff]],
    ['2^32 - 1 bytes', [0x03, 0xff, 0xff, 0xff, 0xff]],
    ['2^536 - 1 bytes', [0xff, ...Array.from({ length: 67 }, () => 0xff)]],
    ['a length that is cut', [0xff, 0xff]],
  ])('sends a request whose first field claims %s', async (_, claim) => {
    const worker = await greeted(kind);
    worker.write(encodeFrame(Uint8Array.from(claim)));
    expect(await worker.ended).toMatchObject({ status: 1 });
  });
});

describe.each(KINDS)('a %s worker', (kind) => {
  it('takes the socket away: a second one with the same path says that there is none', async () => {
    const worker = await RawWorker.start(kind);
    worker.greet();
    expect(await oneJob(kind, worker, prepared)).toBe('Ok');
    const second = RawWorker.start(kind, { socketPath: worker.socketPath });
    await expect(second).rejects.toThrow(NotStarted);
    await expect(second).rejects.toThrow(worker.socketPath);
  });

  it('refuses a socket path that is longer than the kernel takes', async () => {
    const second = RawWorker.start(kind, { socketPath: `/tmp/${'x'.repeat(200)}` });
    await expect(second).rejects.toThrow('at most 107 bytes');
  });
});

it('a prepare worker whose host dies while a job runs ends with the job', async () => {
  const worker = await greeted('prepare');
  writeFileSync(join(worker.directory, 'tmp-artifact'), '');
  worker.write(preparationFrame(slowToCompile(400)));
  const jobs = await waitUntil('the job runs', () => {
    const found = descendantsOf(worker.pid);
    return found.length > 0 && found;
  });
  worker.hangUp();
  expect(await worker.ended).toMatchObject({ status: 1 });
  await waitUntil('all are gone', () => jobs.every(({ pid }) => !isAlive(pid)));
});
