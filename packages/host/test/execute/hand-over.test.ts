import { ExecuteRequest, RequestInMemory } from '@pvf/protocol';
import { expect, it } from 'vitest';
import { HandOver, IN_MEMORY_FROM_BYTES } from '../../src/execute/hand-over.ts';
import type { RequestMemory, WriteRequest } from '../../src/worker/index.ts';
import { concat } from '../support/bytes.ts';
import { executeRequest } from '../support/execute-request.ts';

const shared = (length: number): Uint8Array =>
  new Uint8Array(new SharedArrayBuffer(length + 2)).subarray(1, -1);

function requestOf(blockData: Uint8Array, parentHead = Uint8Array.of(1)): ExecuteRequest {
  return executeRequest({ pvd: { ...executeRequest().pvd, parentHead }, pov: { blockData } });
}

/** One worker's memory as a test has it: `works` says whether a request can be put there. */
function world(works: () => boolean = () => true) {
  const put: (readonly Uint8Array[])[] = [];
  let counted = 0;
  const write: WriteRequest = async () => {};
  const memory = {
    put: async (parts: readonly Uint8Array[], given: WriteRequest): Promise<boolean> => {
      expect(given).toBe(write);
      if (works()) put.push(parts);
      return works();
    },
  } as unknown as RequestMemory;
  const handOver = new HandOver(write, () => {
    counted += 1;
  });
  return { handOver, memory, put, counted: () => counted };
}

it('a large request in shared memory goes through the worker’s, and the frame says how long it is', async () => {
  const { handOver, memory, put, counted } = world();
  const blockData = shared(IN_MEMORY_FROM_BYTES);
  blockData.set([7, 8, 9], 100);
  // A view of something large, which must not be posted to a thread.
  const request = requestOf(blockData, new Uint8Array(1 << 20).subarray(5, 8));
  const { parts } = await handOver.begin({ memory }, request);
  const encoded = ExecuteRequest.encode(request);
  expect(RequestInMemory.decode(concat(parts))).toEqual({ length: encoded.length });
  expect(put.map(concat)).toEqual([encoded]);
  expect(put[0]!.filter(({ buffer }) => buffer instanceof SharedArrayBuffer)).toEqual([blockData]);
  for (const { buffer, byteLength } of put[0]!)
    if (!(buffer instanceof SharedArrayBuffer)) expect(buffer.byteLength).toBe(byteLength);
  expect(counted()).toBe(1);
});

it.each<[string, ExecuteRequest]>([
  ['small', requestOf(shared(IN_MEMORY_FROM_BYTES - 1))],
  ['in ordinary memory', requestOf(new Uint8Array(IN_MEMORY_FROM_BYTES))],
  ['with a large parent head', requestOf(shared(IN_MEMORY_FROM_BYTES), new Uint8Array(1 << 17))],
])('a request goes through the socket that is %s', async (_, request) => {
  const { handOver, memory, put, counted } = world();
  const { parts } = await handOver.begin({ memory }, request);
  expect(concat(parts)).toEqual(ExecuteRequest.encode(request));
  expect([put, counted()]).toEqual([[], 0]);
});

it.each<[string, (given: ReturnType<typeof world>) => [HandOver, RequestMemory | undefined]]>([
  ['whose worker shares none', ({ handOver }) => [handOver, undefined]],
  ['where there are no threads', ({ memory }) => [new HandOver(), memory]],
])('a large request goes through the socket %s', async (_, of) => {
  const given = world();
  const [handOver, memory] = of(given);
  const request = requestOf(shared(IN_MEMORY_FROM_BYTES));
  expect(concat((await handOver.begin({ memory }, request)).parts)).toEqual(ExecuteRequest.encode(request));
  expect(given.put).toEqual([]);
});

it('a request that could not be put there goes through the socket, and the next one is tried again', async () => {
  let works = false;
  const { handOver, memory, put, counted } = world(() => works);
  const request = requestOf(shared(IN_MEMORY_FROM_BYTES));
  expect(concat((await handOver.begin({ memory }, request)).parts)).toEqual(ExecuteRequest.encode(request));
  expect(counted()).toBe(0);
  works = true;
  await handOver.begin({ memory }, request);
  expect([put.length, counted()]).toEqual([1, 1]);
});

it('block data whose worker failed go through the socket from then on, and no others', async () => {
  const { handOver, memory, put } = world();
  const [one, two] = [requestOf(shared(IN_MEMORY_FROM_BYTES)), requestOf(shared(IN_MEMORY_FROM_BYTES))];
  (await handOver.begin({ memory }, one)).failed();
  expect(concat((await handOver.begin({ memory }, { ...one })).parts)).toEqual(ExecuteRequest.encode(one));
  await handOver.begin({ memory }, two);
  expect(put.length).toBe(2);
});
