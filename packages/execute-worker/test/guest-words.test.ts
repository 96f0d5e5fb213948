import {
  type ExecutionDetail as Detail,
  ExecuteWorkerResult,
  ExecutionDetail,
  MAX_GUEST_LINES,
} from '@pvf/protocol';
import { compileWat, GUEST_INPUT } from '@pvf/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { named } from './support/names.ts';
import { answerOf, requestOf, WorkerPair } from './support/workers.ts';

const LIMIT_MS = 2_000;
const memory = '(memory (export "memory") 1) (global (export "__heap_base") i32 (i32.const 65528))';

/** Logs `text` at a level, that many times, then goes on with `after`; its start function makes it one without template. */
function talkative(
  text: string,
  { level = 0, times = 1, after = 'unreachable', start = false } = {},
): Uint8Array {
  const code = compileWat(`(module
    (import "env" "ext_logging_log_version_1" (func $log (param i32 i64 i64)))
    (import "env" "ext_logging_max_level_version_1" (func $level (result i32)))
    ${memory} (data (i32.const 0) "runtime") (data (i32.const 64) "${text}")
    (func $inner (local $n i32)
      (loop $again
        (i32.store8 (i32.const 60) (local.get $n))
        (call $log (i32.const ${level}) (i64.const 0x0700000000) (i64.const ${(BigInt(text.length) << 32n) | 64n}))
        (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const ${times}))))
      ${after})
    ${start ? '(func $start) (start $start)' : ''}
    (func (export "validate_block") (param i32 i32) (result i64) (call $inner)
      (i64.store (i32.const 1024) (i64.const 0))
      (i32.store (i32.const 1032) (call $level))
      (i64.const 0xc00000400)))`);
  return named(code, [
    [2, 'my_pallet::inner::h0123456789abcdef'],
    [start ? 4 : 3, 'validate_block'],
  ]);
}

/** The answer and what is told beside it. */
async function told(
  code: Uint8Array,
  moreArguments: readonly string[] = ['--execution-detail', '1'],
  limitMs = LIMIT_MS,
) {
  const pair = new WorkerPair([], moreArguments);
  onTestFinished(() => pair.close());
  const prepared = await pair.prepare(code, 'Compilation');
  const worker = await pair.executeWorker();
  const { bytes, result } = await worker.execute(
    requestOf(prepared, GUEST_INPUT, limitMs),
    prepared.artifactPath,
  );
  const { rest } = ExecuteWorkerResult.decodePrefix(bytes);
  const beside = bytes.subarray(bytes.length - rest);
  const detail: Detail | undefined = rest === 0 ? undefined : ExecutionDetail.decodeExact(beside);
  return { answer: answerOf(result), result, bytes, detail };
}

const PANIC = "panicked at 'the reason', lib.rs:42";

describe.each([
  ['a template’s job', false],
  ['a job of its own', true],
])('in %s', (_, start) => {
  it('a trap is told with panic, lines, functions and what was used', async () => {
    const code = talkative(PANIC, { start });
    const { answer, detail } = await told(code);
    expect(answer).toBe('InvalidCandidate');
    expect(detail).toMatchObject({
      logs: [{ level: 0, target: 'runtime', message: PANIC }],
      logsLeftOut: 0,
      job: {
        memoryPages: 2,
        codeBytes: code.length,
        panic: PANIC,
        backtrace: [
          { isHostFunction: false, index: 2, name: 'my_pallet::inner::h0123456789abcdef' },
          { isHostFunction: false, index: start ? 4 : 3, name: 'validate_block' },
        ],
      },
    });
    expect(detail?.cpuTimeNs).toBeGreaterThan(0n);
    expect(detail?.maxRssBytes).toBeGreaterThan(0n);
  });

  it('one that runs out of time has its lines told', async () => {
    const { answer, detail } = await told(
      talkative('before', { start, after: '(loop $l (br $l))' }),
      undefined,
      300,
    );
    expect(answer).toBe('JobTimedOut');
    expect(detail).toMatchObject({ logs: [{ message: 'before' }], job: undefined });
    expect(detail?.cpuTimeNs).toBeGreaterThanOrEqual(300_000_000n);
  });

  it('of many lines the first and the last are told, and how many are missing', async () => {
    const { answer, detail } = await told(talkative('x', { start, times: 1_000, after: '' }));
    expect(answer).toBe('Ok');
    expect(detail?.logs.length).toBe(MAX_GUEST_LINES);
    expect(detail?.logsLeftOut).toBe(1_000 - MAX_GUEST_LINES);
    expect(detail?.job).toMatchObject({ panic: undefined, backtrace: [] });
  });
});

it('what the worker’s level does not let through is not told', async () => {
  const { detail } = await told(talkative('x', { level: 1 }));
  expect(detail?.logs).toEqual([]);
});

it('a line that begins like a panic is none if the guest goes on', async () => {
  const { answer, detail } = await told(talkative(PANIC, { after: '' }));
  expect(answer).toBe('Ok');
  expect(detail?.job?.panic).toBe(undefined);
});

it('the answer is the same for a host that has not asked, to the byte', async () => {
  const code = talkative(PANIC);
  const [asked, silent] = [await told(code), await told(code, [])];
  expect(silent.detail).toBe(undefined);
  expect(ExecuteWorkerResult.decodeExact(silent.bytes)).toEqual(silent.result);
  // Times are nobody's to repeat.
  const withoutTime = ({ result }: typeof asked) =>
    result.ok ? { ...result.value, duration: undefined } : result.error;
  expect(withoutTime(asked)).toEqual(withoutTime(silent));
  expect(Buffer.from(silent.bytes).includes('the reason')).toBe(false);
});

it('the guest sees the level of the worker, whoever has asked', async () => {
  const marks = await Promise.all(
    [[], ['--execution-detail', '1']].map(async (args) => {
      const { result } = await told(talkative('x', { after: '' }), args);
      if (!result.ok || result.value.jobResponse.type !== 'Ok') throw new Error(answerOf(result));
      return result.value.jobResponse.resultDescriptor.hrmpWatermark;
    }),
  );
  expect(marks).toEqual([1, 1]);
});
