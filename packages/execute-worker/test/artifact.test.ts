import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { artifactChecksum, type ExecuteWorkerResult } from '@pvf/protocol';
import { GUEST_INPUT, guest } from '@pvf/test-kit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { answerOf, type Prepared, requestOf, WorkerPair } from './support/workers.ts';

const LIMIT_MS = 2_000;

const pair = new WorkerPair();
let good: Prepared;
beforeAll(async () => {
  good = await pair.prepare(guest('accepts-anything'));
});
afterAll(() => pair.close());

const execute = (prepared: Prepared): Promise<ExecuteWorkerResult> =>
  pair.execute(prepared, GUEST_INPUT, LIMIT_MS);

/** After every odd artifact the same worker must still do its work. */
async function expectAnswer(odd: Prepared, answer: string): Promise<void> {
  expect(answerOf(await execute(odd))).toBe(answer);
  expect(answerOf(await execute(good))).toBe('Ok');
}

const bytesOf = (prepared: Prepared): Uint8Array => new Uint8Array(readFileSync(prepared.artifactPath));

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = copy[at]! ^ 1;
  return copy;
}

describe('an artifact that is not the one that was prepared', () => {
  const corrupt: [string, (bytes: Uint8Array) => Uint8Array][] = [
    ['one bit at its start', (bytes) => flipped(bytes, 0)],
    ['one bit in its middle', (bytes) => flipped(bytes, bytes.length >> 1)],
    ['one bit at its end', (bytes) => flipped(bytes, bytes.length - 1)],
    ['its last byte missing', (bytes) => bytes.subarray(0, -1)],
    ['a byte more', (bytes) => Buffer.concat([bytes, Buffer.alloc(1)])],
    ['nothing left', () => new Uint8Array()],
  ];
  it.each(corrupt)('is corrupted: %s', async (_, change) => {
    const { artifactPath } = pair.artifactOf(change(bytesOf(good)));
    await expectAnswer({ ...good, artifactPath }, 'CorruptedArtifact');
  });

  it('is corrupted when another PVF’s artifact lies in its place', async () => {
    const { artifactPath } = await pair.prepare(guest('trap'));
    await expectAnswer({ ...good, artifactPath }, 'CorruptedArtifact');
  });

  it('costs no time and has no PoV size', async () => {
    const { artifactPath } = pair.artifactOf(new Uint8Array(10));
    const result = await execute({ ...good, artifactPath });
    expect(result).toMatchObject({ ok: true, value: { povSize: 0, duration: { secs: 0n, nanos: 0 } } });
  });
});

describe('an artifact that cannot be read', () => {
  const spoilt: [string, (place: string) => void][] = [
    ['is missing', () => {}],
    ['is a directory', (place) => mkdirSync(place)],
    ['is a link that leads out of the worker dir', (place) => symlinkSync(good.artifactPath, place)],
  ];
  it.each(spoilt)('is an internal error, and the end of the worker, when it %s', async (_, spoil) => {
    const own = new WorkerPair();
    onTestFinished(() => own.close());
    const worker = await own.executeWorker();
    spoil(join(worker.process.directory, 'artifact'));
    const { result } = await worker.execute(requestOf(good, GUEST_INPUT, LIMIT_MS), undefined);
    expect(result).toMatchObject({
      ok: false,
      error: { type: 'InternalError', value: { type: 'CouldNotOpenFile' } },
    });
    await expect(worker.process.receive(LIMIT_MS)).rejects.toMatchObject({ code: 'closed', end: 1 });
  });
});

describe('bytes with the right checksum that no prepare worker of ours has made', () => {
  const random = (length: number): Uint8Array => {
    let state = 1;
    return Uint8Array.from({ length }, () => {
      state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff;
      return state >> 16;
    });
  };
  const garbage: [string, (bytes: Uint8Array) => Uint8Array][] = [
    ['nothing', () => new Uint8Array()],
    ['a byte', () => Uint8Array.of(7)],
    ['64 KiB of noise', () => random(65_536)],
    ['a wasm module', () => guest('accepts-anything')],
    ['an artifact without its second half', (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ['an artifact without its last byte', (bytes) => bytes.subarray(0, -1)],
    ['an artifact of another format', (bytes) => flipped(bytes, 0)],
  ];
  it.each(garbage)('%s: the runtime cannot be constructed', async (_, change) => {
    const odd = pair.artifactOf(change(bytesOf(good)));
    await expectAnswer(odd, 'RuntimeConstruction');
  });

  const OF_A_JOB = ['Ok', 'RuntimeConstruction', 'InvalidCandidate', 'JobDied', 'JobError', 'JobTimedOut'];

  it('never stops the worker, wherever a bit has been changed', async () => {
    const bytes = bytesOf(good);
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 60)) {
      const changed = flipped(bytes, at);
      const odd = pair.artifactOf(changed);
      expect(odd.result).toMatchObject({ value: { checksum: artifactChecksum(changed) } });
      const [answer] = answerOf(await execute(odd)).split(':');
      // What a hijacked prepare job has made may do anything inside its own jobs, and nothing else.
      expect(OF_A_JOB).toContain(answer);
    }
    expect(answerOf(await execute(good))).toBe('Ok');
  });
});
