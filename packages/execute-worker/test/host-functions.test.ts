import type { ExecutorParams } from '@pvf/protocol';
import { compileWat, GUEST_INPUT, guest } from '@pvf/test-kit';
import { expect, it, onTestFinished } from 'vitest';
import { templateAndJob } from './support/loaded.ts';
import { occurrencesIn } from './support/memory.ts';
import { answerOf, WorkerPair } from './support/workers.ts';

const LIMIT_MS = 2_000;
const RFC_163: ExecutorParams = [{ type: 'EnabledHostFunction', value: 'EccRfc163' }];
/** The order of the field that BLS12-381 is over: nothing but the functions of RFC-163 has it in memory. */
const FIELD_ORDER = Buffer.from(
  '1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab',
  'hex',
).reverse();

/** Asks for the final exponentiation of nothing, which is no element: answered, not a trap. */
const CALLS_RFC_163 = compileWat(`(module
  (import "env" "ext_host_calls_bls12_381_final_exponentiation_version_1" (func $final (param i64) (result i32)))
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (func (export "validate_block") (param i32 i32) (result i64)
    (drop (call $final (i64.const 0)))
    (i64.const 0xc00000000)))`);

it.each<[string, ExecutorParams, boolean]>([
  ['are not loaded', [], false],
  ['are loaded before there is a job where the executor params enable them', RFC_163, true],
])('the functions of RFC-163 %s', async (_, params, expected) => {
  const pair = new WorkerPair(params, [], 'speed-ups');
  onTestFinished(() => pair.close());
  const prepared = await pair.prepare(guest('accepts-anything'));
  for (let round = 0; round < 2; round++)
    expect(answerOf(await pair.execute(prepared, GUEST_INPUT, LIMIT_MS))).toBe('Ok');
  const { pid: worker } = (await pair.executeWorker()).process;
  const { template, waiting } = await templateAndJob(worker);
  for (const pid of [worker, template, waiting])
    expect(occurrencesIn(pid, [FIELD_ORDER])[0]! > 0).toBe(expected);

  const calls = await pair.prepare(CALLS_RFC_163, 'Compilation');
  for (let round = 0; round < 3; round++)
    expect(answerOf(await pair.execute(calls, GUEST_INPUT, LIMIT_MS))).toBe(
      // What is not there traps when it is called.
      expected ? 'Ok' : 'InvalidCandidate',
    );
});
