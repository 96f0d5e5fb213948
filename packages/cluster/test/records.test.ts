// What comes from the cluster is believed only if it is exactly what it should be.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { waitingExecutor } from '../check/support/executors.ts';
import { blockDataOf, jobOf } from '../check/support/jobs.ts';
import {
  digestOf,
  type JobHead,
  packJob,
  packResult,
  parseAgent,
  parseJob,
  parseResult,
  parseRun,
  type Result,
  readPrecheck,
  readValidate,
  sha256,
  validateRecord,
} from '../src/records/index.ts';
import { packMessage } from '../src/records/message.ts';
import { askedIn } from '../src/run/job.ts';

const HASH = 'ab'.repeat(32);
const place = { run: 'a', index: 3, replica: 0 };
const blockData = blockDataOf(3);

function head(change: object = {}): JobHead {
  const job = jobOf({ hash: HASH, bytes: 8 }, blockData);
  if (job.task !== 'validate') throw new Error('a candidate is meant');
  return {
    format: 1,
    ...place,
    replicas: 2,
    code: { hash: HASH, bytes: 8 },
    request: validateRecord(job.input),
    pov: { bytes: blockData.length, sha256: sha256(blockData), inline: true },
    ...change,
  } as JobHead;
}

const BAD = expect.objectContaining({ name: 'ClusterError', code: 'BAD_RECORD' });
const refuses = (call: () => unknown) => expect(call).toThrow(BAD);

test('a job comes back as it was', () => {
  const { head: read, inline } = parseJob(packJob({ head: head(), inline: blockData }));
  expect(read).toEqual(head());
  expect(inline).toEqual(blockData);
  if (read.request.task !== 'validate') throw new Error('a candidate is meant');
  const input = readValidate(read.request, blockData);
  const job = jobOf({ hash: HASH, bytes: 8 }, blockData);
  expect(input).toEqual(job.task === 'validate' ? job.input : undefined);
});

test('what is asked is told from all else, wherever its place is and however its PoV is sent', () => {
  const job = jobOf({ hash: HASH, bytes: 8 }, blockData);
  const digest = digestOf(askedIn(job));
  const { head: read } = parseJob(packJob({ head: head({ index: 9, replica: 1 }), inline: blockData }));
  expect(digestOf(read)).toBe(digest);
  for (const other of [
    jobOf({ hash: 'cd'.repeat(32), bytes: 8 }, blockData),
    jobOf({ hash: HASH, bytes: 8 }, blockDataOf(4)),
    { ...job, input: { ...job.input, validationCodeBombLimit: 1 } } as typeof job,
  ])
    expect(digestOf(askedIn(other))).not.toBe(digest);
});

test('receipts, chain answers and descriptor versions come back', () => {
  const base = jobOf({ hash: HASH, bytes: 8 }, blockData).input;
  const claims = [
    { receipt: new Uint8Array(324).fill(7), v3Seen: true },
    {
      kind: 'backing',
      receipt: new Uint8Array(324),
      v3Seen: false,
      chain: {
        sessionIndexForChild: undefined,
        ancestorRelayParentInfo: 'missing',
        claimQueue: [{ core: 1, paras: [2, 3] }],
      },
    },
    { descriptorVersion: { type: 'Unknown', value: 9 }, relayParent: new Uint8Array(32).fill(1) },
    {
      descriptorVersion: { type: 'V3' },
      relayParent: new Uint8Array(32).fill(1),
      schedulingParent: new Uint8Array(32).fill(2),
      executionTimeoutMs: 1500,
      executorParams: [{ type: 'MaxMemoryPages', value: 8192 }],
    },
  ];
  for (const claim of claims) {
    const input = { ...base, ...claim } as Parameters<typeof validateRecord>[0];
    const { request } = parseJob(
      packJob({ head: head({ request: validateRecord(input) }), inline: blockData }),
    ).head;
    expect(request.task === 'validate' && readValidate(request, blockData)).toEqual(input);
  }
});

test.each([
  ['a field that nobody knows', { extra: 1 }],
  ['another format', { format: 2 }],
  ['a run that is no name', { run: '../a' }],
  ['a replica that is not below their number', { replica: 2 }],
  ['too many replicas', { replicas: 17 }],
  ['a hash that is none', { code: { hash: 'x', bytes: 8 } }],
  ['code of a size that nobody takes', { code: { hash: HASH, bytes: 2 ** 40 } }],
  ['no PoV', { pov: undefined }],
  ['a PoV of another length', { pov: { bytes: 1, sha256: HASH, inline: true } }],
  ['bytes beside a PoV that is an object', { pov: { bytes: 32, sha256: HASH, inline: false } }],
  ['a PVF with a PoV', { request: { task: 'precheck', executorParams: '00', bombLimit: 1 } }],
])('a job with %s is refused', (_, change) => {
  refuses(() => parseJob(packJob({ head: head(change), inline: blockData })));
});

test('executor params and validation data that cannot be read are refused', () => {
  refuses(() => readPrecheck({ task: 'precheck', executorParams: 'ff', bombLimit: 1 }));
  const { request } = head();
  if (request.task !== 'validate') throw new Error('a candidate is meant');
  refuses(() => readValidate({ ...request, validationData: '00' }, blockData));
});

test('whatever bytes come, they are read or refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.json(), async (bytes, json) => {
      for (const message of [
        bytes,
        packMessage({ any: 1 }, bytes),
        packMessage(JSON.parse(`{"a":${json}}`)),
      ]) {
        refuses(() => parseJob(message));
        await expect(parseResult(message, place, async () => undefined)).rejects.toThrow(BAD);
      }
      for (const parse of [parseRun, parseAgent]) refuses(() => parse(Buffer.from(json)));
    }),
  );
});

const machine = { engine: 'node 24', cpu: 'c', cores: 2, kernel: 'Linux 6', arch: 'x64' };

async function result(): Promise<Result> {
  const code = await waitingExecutor().importCode(new Uint8Array(8));
  const job = jobOf({ hash: HASH, bytes: 8 }, blockData);
  const outcome = await waitingExecutor().validate({ ...job.input, code } as never);
  return { ...place, job: HASH, agent: 'one', machine, answer: { task: 'validate', outcome }, attempts: [] };
}

test('a result comes back, also if what the PVF returned is an object of its own', async () => {
  const given = await result();
  for (const limit of [1000, 1]) {
    const { message, object } = packResult(given, limit);
    expect(object === undefined).toBe(limit === 1000);
    const { answer } = await parseResult(message, place, async () => object);
    if (answer.task !== 'validate' || answer.outcome.kind !== 'valid' || given.answer.task !== 'validate')
      throw new Error();
    expect(answer.outcome.resultBytes).toEqual((given.answer.outcome as typeof answer.outcome).resultBytes);
    expect(answer.outcome.result).toEqual((given.answer.outcome as typeof answer.outcome).result);
    expect(answer.outcome.cpuTimeNs).toBe(1_000_000n);
  }
});

test('a result of another place, with other bytes, or with a vote that its kind has not, is refused', async () => {
  const given = await result();
  const { message, object } = packResult(given, 1);
  const read = (at: typeof place, bytes = object, from = message) => parseResult(from, at, async () => bytes);
  await expect(read({ ...place, index: 4 })).rejects.toThrow(BAD);
  await expect(read(place, new Uint8Array(44))).rejects.toThrow(BAD);
  await expect(parseResult(message, place, async () => undefined)).rejects.toThrow(BAD);
  const changed = async (change: object) => {
    const outcome = { ...(given.answer as { outcome: object }).outcome, ...change };
    const other = packResult({ ...given, answer: { task: 'validate', outcome } as never }, 1000);
    await expect(read(place, undefined, other.message)).rejects.toThrow(BAD);
  };
  await changed({ vote: 'abstain' });
  await changed({ kind: 'invalid', vote: 'against' });
  await changed({ kind: 'internal', vote: 'abstain', cause: 'kernel' });
  await changed({ kind: 'elected' });
  await changed({ povSize: -1 });
  await changed({ detail: { logs: 'x' } });
});
