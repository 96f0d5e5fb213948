import { linkSync } from 'node:fs';
import { join } from 'node:path';
import {
  ExecuteHandshake,
  ExecuteRequest,
  ExecuteWorkerResult,
  encodeFrame,
  WorkerHandshake,
} from '@pvf/protocol';
import { descendantsOf, GUEST_INPUT, guest, isAlive, waitUntil } from '@pvf/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FULL_SECURITY } from '../../../verify/differential/driver/index.ts';
import { type RawOptions, RawWorker, USERS, type WorkerKind } from './support/raw-worker.ts';
import { answerOf, type Prepared, requestOf, WorkerPair } from './support/workers.ts';

const KINDS: readonly WorkerKind[] = ['prepare', 'execute'];
const LIMIT_MS = 2_000;
/** So long that a job which nobody ends would be noticed. */
const LONG_LIMIT_MS = 600_000;
/** More than any process needs that only waits for work. */
const BUSY_TICKS = 10;

const pair = new WorkerPair();
let acceptsAnything: Prepared;
let loops: Prepared;
beforeAll(async () => {
  acceptsAnything = await pair.prepare(guest('accepts-anything'));
  loops = await pair.prepare(guest('infinite-loop'));
});
afterAll(() => pair.close());

const HANDSHAKE = encodeFrame(WorkerHandshake.encode({ securityStatus: FULL_SECURITY }));

function announcing(length: bigint): Uint8Array {
  const header = new Uint8Array(8);
  new DataView(header.buffer).setBigUint64(0, length, true);
  return header;
}

/** A worker that has been greeted and waits for its first request. */
async function readyWorker(kind: WorkerKind, options: RawOptions = {}): Promise<RawWorker> {
  const worker = await RawWorker.start(kind, options);
  worker.greet();
  if (kind === 'execute') worker.sendParams();
  return worker;
}

const requestFrame = (prepared: Prepared, limitMs = LIMIT_MS): Uint8Array =>
  encodeFrame(ExecuteRequest.encode(requestOf(prepared, GUEST_INPUT, limitMs)));

describe.each(KINDS)('a %s worker whose host', (kind) => {
  it('says nothing and hangs up', async () => {
    const worker = await RawWorker.start(kind);
    worker.hangUp();
    expect(await worker.ended).toMatchObject({ status: 1 });
  });

  it.each([1, 7, 8, HANDSHAKE.length - 1])('hangs up after %i bytes of the handshake', async (kept) => {
    const worker = await RawWorker.start(kind);
    worker.write(HANDSHAKE.subarray(0, kept));
    worker.finishSending();
    expect(await worker.ended).toMatchObject({ status: 1 });
  });

  it.each([2n ** 63n, 2n ** 64n - 1n, 2n ** 32n, 1_025n])(
    'announces a handshake of %s bytes',
    async (length) => {
      const worker = await RawWorker.start(kind);
      worker.write(announcing(length));
      const { status, stderr } = await worker.ended;
      expect(status).toBe(1);
      expect(stderr).toContain(`a frame of ${length} bytes was announced`);
    },
  );

  it('greets it with what is no handshake', async () => {
    const worker = await RawWorker.start(kind);
    worker.write(encodeFrame(Uint8Array.of(9, 9, 9)));
    expect(await worker.ended).toMatchObject({ status: 1 });
  });

  it.each([2n ** 63n, 128n * 1024n * 1024n + 1n])('announces a request of %s bytes', async (length) => {
    const worker = await readyWorker(kind, { environment: { RUST_LOG: 'warn' } });
    worker.write(announcing(length));
    const { status, stderr } = await worker.ended;
    expect(status).toBe(1);
    expect(stderr).toContain(`a frame of ${length} bytes was announced`);
  });

  it('announces a request as large as a host may send is listened to', async () => {
    const worker = await readyWorker(kind, { environment: { RUST_LOG: 'warn' } });
    worker.write(announcing(128n * 1024n * 1024n));
    worker.finishSending();
    const { status, stderr } = await worker.ended;
    expect(status).toBe(1);
    expect(stderr).toContain(`ended inside a frame: 8 of ${128 * 1024 * 1024 + 8} bytes`);
  });

  it.each([0, 1, 7, 8, 100])('hangs up after %i bytes of a request', async (kept) => {
    const worker = await readyWorker(kind);
    worker.write(requestFrame(acceptsAnything).subarray(0, kept));
    worker.finishSending();
    expect(await worker.ended).toMatchObject({ status: 1 });
  });

  it('sends a request that cannot be read', async () => {
    const worker = await readyWorker(kind);
    worker.write(encodeFrame(Uint8Array.of(1, 2, 3)));
    expect(await worker.ended).toMatchObject({ status: 1 });
  });
});

describe('an execute worker whose host', () => {
  it('announces a request too large for it says so before it ends', async () => {
    const worker = await readyWorker('execute');
    worker.write(announcing(2n ** 32n));
    expect(ExecuteWorkerResult.decode(await worker.receive())).toMatchObject({
      ok: false,
      error: { type: 'InternalError', value: { type: 'HostCommunication' } },
    });
    expect(await worker.ended).toMatchObject({ status: 1 });
  });

  it('announces a request of a length that no i64 holds hears nothing, as from the reference', async () => {
    const worker = await readyWorker('execute');
    worker.write(announcing(2n ** 63n));
    await expect(worker.receive()).rejects.toMatchObject({ end: { status: 1 } });
  });

  it.each([
    [1n << 20n, `ended inside a frame: 8 of ${(1 << 20) + 8} bytes`],
    [(1n << 20n) + 1n, `a frame of ${(1 << 20) + 1} bytes was announced`],
  ])('announces executor params of %i bytes: %s', async (length, reason) => {
    const worker = await RawWorker.start('execute', { environment: { RUST_LOG: 'warn' } });
    worker.greet();
    worker.write(announcing(length));
    worker.finishSending();
    const { status, stderr } = await worker.ended;
    expect(status).toBe(1);
    expect(stderr).toContain(reason);
  });

  it.each([0, 5])('hangs up after %i bytes of the executor params', async (kept) => {
    const worker = await RawWorker.start('execute');
    worker.greet();
    worker.write(encodeFrame(ExecuteHandshake.encode({ executorParams: [] })).subarray(0, kept));
    worker.finishSending();
    expect(await worker.ended).toMatchObject({ status: 1 });
  });

  it('dies in the middle of a request ends at once, with all its processes', async () => {
    const worker = await readyWorker('execute');
    linkSync(loops.artifactPath, join(worker.directory, 'artifact'));
    worker.write(requestFrame(loops, LONG_LIMIT_MS));
    const children = await waitUntil('the job runs', () => {
      const found = descendantsOf(worker.pid);
      return found.some(({ cpuTicks }) => cpuTicks > BUSY_TICKS) && found;
    });
    worker.hangUp();
    expect(await worker.ended).toMatchObject({ status: 1 });
    await waitUntil('all are gone', () => children.every(({ pid }) => !isAlive(pid)));
  });

  it.each(USERS)('sends requests byte by byte and two at once gets both answers, as %s', async (_, uid) => {
    const worker = await readyWorker('execute', { uid });
    linkSync(acceptsAnything.artifactPath, join(worker.directory, 'artifact'));
    const request = requestFrame(acceptsAnything);
    for (const byte of request) {
      worker.write(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
    expect(answerOf(ExecuteWorkerResult.decode(await worker.receive()))).toBe('Ok');
    worker.write(Buffer.concat([request, request]));
    for (let i = 0; i < 2; i++)
      expect(answerOf(ExecuteWorkerResult.decode(await worker.receive()))).toBe('Ok');
    worker.finishSending();
    expect(await worker.ended).toMatchObject({ status: 1 });
  });
});
