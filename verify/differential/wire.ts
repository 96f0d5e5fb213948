import {
  ExecuteHandshake,
  ExecuteRequest,
  ExecuteWorkerResult,
  encodeFrame,
  PrepareWorkerResult,
  PvfPrepData,
  WorkerHandshake,
} from '@pvf/protocol';
import { type Answer, executeAnswer, prepareAnswer } from './answer.ts';
import { NO_SECURITY, WorkerFailure, type WorkerKind, WorkerProcess } from './driver/index.ts';
import { lengthGuest } from './guests/fixed.ts';
import { concat } from './mutate.ts';

/** Bytes that no well-behaved host sends, and the end of the stream after them. */
export interface WireCase {
  id: string;
  kind: WorkerKind;
  /** Everything that the worker gets to read. */
  bytes: Uint8Array;
}

/** Wall-clock milliseconds after which a worker that has been left alone counts as hanging. */
const HANGS_AFTER_MS = 15_000;

const HANDSHAKE = WorkerHandshake.encode({ securityStatus: NO_SECURITY });
const PARAMS = ExecuteHandshake.encode({ executorParams: [] });

const u64 = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
};

export function* wireCases(): Generator<WireCase> {
  for (const kind of ['prepare', 'execute'] as const) {
    const before = kind === 'prepare' ? [HANDSHAKE] : [HANDSHAKE, PARAMS];
    const greeted = concat(...before.map((payload) => encodeFrame(payload)));
    const request = kind === 'prepare' ? prepareRequest() : executeRequest();
    const add = (name: string, bytes: Uint8Array): WireCase => ({ id: `wire/${kind}/${name}`, kind, bytes });
    yield add('nothing', new Uint8Array(0));
    yield* broken(HANDSHAKE).map(([name, bytes]) => add(`handshake/${name}`, bytes));
    yield add('handshake/bool-2', encodeFrame(HANDSHAKE.map((byte, index) => (index === 4 ? 2 : byte))));
    yield add('handshake/then-end', greeted);
    if (kind === 'execute') {
      const first = encodeFrame(HANDSHAKE);
      yield* broken(PARAMS).map(([name, bytes]) => add(`params/${name}`, concat(first, bytes)));
      yield add('params/unknown-index', concat(first, encodeFrame(Uint8Array.of(4, 99))));
      yield add('params/absurd-count', concat(first, encodeFrame(Uint8Array.of(0xfe, 0xff, 0xff, 0xff))));
    }
    yield* broken(request).map(([name, bytes]) => add(`request/${name}`, concat(greeted, bytes)));
    yield add(
      'request/absurd-length',
      concat(greeted, encodeFrame(Uint8Array.of(0xfe, 0xff, 0xff, 0xff, ...request.subarray(0, 50)))),
    );
    yield add('request/last-byte-9', concat(greeted, encodeFrame(withLast(request, 9))));
    yield add('request/good', concat(greeted, encodeFrame(request)));
  }
}

/** Ways to get one frame wrong. */
function broken(payload: Uint8Array): [string, Uint8Array][] {
  const frame = encodeFrame(payload);
  const cuts = [...new Set([1, payload.length >> 1, payload.length - 1])].filter(
    (cut) => cut < payload.length,
  );
  return [
    ['empty', encodeFrame(new Uint8Array(0))],
    ...cuts.map((cut): [string, Uint8Array] => [
      `payload-cut-at-${cut}`,
      encodeFrame(payload.subarray(0, cut)),
    ]),
    ['trailing-bytes', encodeFrame(concat(payload, Uint8Array.of(1, 2, 3)))],
    ['length-cut', frame.subarray(0, 5)],
    ['frame-cut', frame.subarray(0, -1)],
    ['length-2-63', concat(u64(1n << 63n), payload)],
    ['length-4-GiB', concat(u64(1n << 32n), payload)],
  ];
}

function prepareRequest(): Uint8Array {
  return PvfPrepData.encode({
    maybeCompressedCode: lengthGuest(),
    validationCodeBombLimit: 1 << 20,
    codeHash: new Uint8Array(32),
    executorParams: [],
    prepTimeout: { secs: 60n, nanos: 0 },
    prepKind: 'Prechecking',
  });
}

/** There is no artifact for it. */
function executeRequest(): Uint8Array {
  return ExecuteRequest.encode({
    pvd: {
      parentHead: new Uint8Array(4),
      relayParentNumber: 1,
      relayParentStorageRoot: new Uint8Array(32),
      maxPovSize: 1000,
    },
    pov: { blockData: new Uint8Array(10) },
    executionTimeout: { secs: 10n, nanos: 0 },
    artifactChecksum: new Uint8Array(32),
    relayParent: new Uint8Array(32),
    schedulingParent: new Uint8Array(32),
    descriptorVersion: { type: 'V1' },
  });
}

function withLast(bytes: Uint8Array, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[copy.length - 1] = value;
  return copy;
}

/** All that the worker says, and how it ends once the host has hung up. */
export async function onWire(program: string, { kind, bytes }: WireCase): Promise<Answer> {
  const said: string[] = [];
  const worker = await WorkerProcess.spawn({ kind, program, security: NO_SECURITY, firstBytes: bytes });
  worker.endRequests();
  try {
    for (;;) said.push(variantOf(kind, await worker.receive(HANGS_AFTER_MS)));
  } catch (failure) {
    if (!(failure instanceof WorkerFailure)) throw failure;
    const { code, end, detail } = failure;
    // Which status, beyond success or not, is of no consequence to a host.
    if (code !== 'closed') said.push('hangs');
    else if (end === undefined) said.push('hangs up and runs on');
    else said.push(typeof end === 'string' ? `dies of ${end}` : end === 0 ? 'ends' : 'ends with an error');
    return { variant: said.join(', '), verdict: 'internal', text: `${end ?? ''} ${detail}` };
  } finally {
    await worker.stop();
  }
}

function variantOf(kind: WorkerKind, bytes: Uint8Array): string {
  return kind === 'prepare'
    ? prepareAnswer(PrepareWorkerResult.decode(bytes)).variant
    : executeAnswer(ExecuteWorkerResult.decode(bytes), bytes).variant;
}
