// Large requests that come through memory which the worker shares with its host, and memory that does not hold what was
// announced.
import { randomFillSync } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  ExecuteRequest,
  ExecuteWorkerResult,
  encodeFrame,
  isNotBegun,
  RequestInMemory,
  SHARED_MEMORY,
  ValidationInput,
  validationInputOf,
} from '@pvf/protocol';
import { descendantsOf, waitUntil, weighsItsInput, weightOf } from '@pvf/test-kit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { RawWorker, USERS } from './support/raw-worker.ts';
import { type Prepared, requestOf, WorkerPair, watermarkOf } from './support/workers.ts';

const LIMIT_MS = 60_000;
const MEBIBYTE = 1 << 20;
const IN_A_ROW = 300;
const LINK = `/memfd:${SHARED_MEMORY} (deleted)`;

const pair = new WorkerPair();
let weighs: Prepared;
beforeAll(async () => {
  weighs = await pair.prepare(weighsItsInput());
});
afterAll(() => pair.close());

const linksOf = (pid: number): [fd: string, link: string][] =>
  readdirSync(`/proc/${pid}/fd`).map((fd) => [fd, linkOf(`/proc/${pid}/fd/${fd}`)]);

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Such as the descriptor of the listing itself.
    return 'closed meanwhile';
  }
}

/** A worker that has taken its handshakes, and what a host opens before it sends them. */
async function sharing(uid?: number, about?: 'speed-ups') {
  const worker = await RawWorker.start('execute', {
    uid,
    moreArguments: ['--shared-memory', '1'],
    ...(about && { about }),
  });
  const found = linksOf(worker.pid).filter(([, link]) => link === LINK);
  expect(found).toHaveLength(1);
  const memory = openSync(`/proc/${worker.pid}/fd/${found[0]![0]}`, constants.O_WRONLY);
  onTestFinished(() => closeSync(memory));
  worker.greet();
  worker.sendParams();
  const artifact = join(worker.directory, 'artifact');
  const begin = (): void => {
    rmSync(artifact, { force: true });
    copyFileSync(weighs.artifactPath, artifact);
    chmodSync(artifact, 0o444);
  };
  const answer = async () => ExecuteWorkerResult.decode(await worker.receive());
  const announce = (length: number) => {
    begin();
    worker.write(encodeFrame(RequestInMemory.encode({ length })));
    return answer();
  };
  const inMemory = (request: ExecuteRequest) => {
    const bytes = ExecuteRequest.encode(request);
    expect(writeSync(memory, bytes, 0, bytes.length, 0)).toBe(bytes.length);
    return announce(bytes.length);
  };
  const inFrame = (request: ExecuteRequest) => {
    begin();
    worker.write(encodeFrame(ExecuteRequest.encode(request)));
    return answer();
  };
  return { worker, memory, announce, inMemory, inFrame };
}

function candidateOf(size: number) {
  const blockData = randomFillSync(new Uint8Array(size));
  const request = requestOf(weighs, { parentHead: Uint8Array.of(1, 2, 3), blockData }, LIMIT_MS);
  return { request, weight: weightOf(ValidationInput.encode(validationInputOf(request, blockData))) };
}

describe.each(USERS)('started by %s', (_, uid) => {
  it('a PVF gets every byte of what was written, and the memory is given back', async () => {
    const { memory, inMemory, inFrame } = await sharing(uid);
    for (const [size, how] of [
      [MEBIBYTE, inMemory],
      [5, inFrame],
      [3 * MEBIBYTE, inMemory],
      [MEBIBYTE, inFrame],
      [7, inMemory],
      [0, inMemory],
      [10_000_000, inMemory],
    ] as const) {
      const { request, weight } = candidateOf(size);
      expect(watermarkOf(await how(request))).toBe(weight);
      expect(fstatSync(memory).size).toBe(0);
    }
  });
});

it(`${IN_A_ROW} requests in a row leave no descriptor and no byte behind`, async () => {
  const { worker, memory, inMemory } = await sharing();
  const { request, weight } = candidateOf(300_000);
  const kinds = () =>
    linksOf(worker.pid)
      .map(([, link]) => link.replace(/\d+/, 'N'))
      .sort();
  // The first job loads for itself; from the second on there is a template.
  for (let i = 0; i < 3; i++) await inMemory(request);
  const before = kinds();
  for (let i = 0; i < IN_A_ROW; i++) expect(watermarkOf(await inMemory(request))).toBe(weight);
  await waitUntil('it has what it had', () => kinds().join() === before.join());
  expect(fstatSync(memory).size).toBe(0);
});

it('nobody but the worker and its host has the memory, least of all a job, and nobody maps it', async () => {
  const { worker, memory, inMemory } = await sharing(undefined, 'speed-ups');
  for (let i = 0; i < 2; i++) await inMemory(candidateOf(MEBIBYTE).request);
  const { ino } = fstatSync(memory);
  const holders = () => {
    const held: number[] = [];
    for (const pid of readdirSync('/proc').map(Number)) {
      if (!(pid > 0)) continue;
      try {
        const has = linksOf(pid).some(
          ([fd, link]) => link === LINK && statSync(`/proc/${pid}/fd/${fd}`).ino === ino,
        );
        if (has) held.push(pid);
        if (readFileSync(`/proc/${pid}/maps`, 'latin1').includes(LINK)) held.push(-pid);
      } catch (error) {
        // Others' processes come and go, and may be somebody else's.
        if (pid === worker.pid) throw error;
      }
    }
    return held.sort((a, b) => a - b).join();
  };
  // A template and its next job, once they have closed what they need not have.
  await waitUntil('both are there', () => descendantsOf(worker.pid).length >= 2);
  const expected = [process.pid, worker.pid].sort((a, b) => a - b).join();
  await waitUntil('nobody else has it', () => holders() === expected);
});

describe('memory that does not hold exactly what was announced begins nothing: nobody is blamed, and the worker ends', () => {
  const bytes = () => ExecuteRequest.encode(candidateOf(MEBIBYTE).request);
  it.each<[string, (memory: number) => number]>([
    ['nothing', () => bytes().length],
    [
      'a byte less',
      (memory) => {
        const all = bytes();
        writeSync(memory, all.subarray(1), 0, all.length - 1, 0);
        return all.length;
      },
    ],
    [
      'a byte more',
      (memory) => {
        const all = bytes();
        writeSync(memory, all, 0, all.length, 0);
        ftruncateSync(memory, all.length + 1);
        return all.length;
      },
    ],
  ])('%s', async (_, fill) => {
    const { worker, memory, announce } = await sharing();
    const answer = await announce(fill(memory));
    if (answer.ok || answer.error.type !== 'InternalError') throw new Error(JSON.stringify(answer));
    const { value } = answer.error;
    expect(value.type).toBe('Kernel');
    expect(value.type === 'Kernel' && isNotBegun(value.value)).toBe(true);
    expect((await worker.ended).status).toBe(1);
  });

  it('an earlier request, once more', async () => {
    const { worker, inMemory, announce } = await sharing();
    const { request, weight } = candidateOf(MEBIBYTE);
    expect(watermarkOf(await inMemory(request))).toBe(weight);
    expect(await announce(ExecuteRequest.encode(request).length)).toMatchObject({
      ok: false,
      error: { type: 'InternalError', value: { type: 'Kernel' } },
    });
    expect((await worker.ended).status).toBe(1);
  });

  it('more than any request may have', async () => {
    const { worker, announce } = await sharing();
    expect(await announce(0xffff_ffff)).toMatchObject({
      ok: false,
      error: { type: 'InternalError', value: { type: 'HostCommunication' } },
    });
    expect((await worker.ended).status).toBe(1);
  });
});

it('a worker that was not asked to share memory has none, and takes no announcement', async () => {
  const worker = await RawWorker.start('execute');
  expect(linksOf(worker.pid).map(([, link]) => link)).not.toContain(LINK);
  worker.greet();
  worker.sendParams();
  worker.write(encodeFrame(RequestInMemory.encode({ length: 1 })));
  expect(ExecuteWorkerResult.decode(await worker.receive())).toMatchObject({
    ok: false,
    error: { type: 'InternalError', value: { type: 'HostCommunication' } },
  });
});
