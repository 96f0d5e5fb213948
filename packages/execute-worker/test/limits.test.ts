import { readFileSync } from 'node:fs';
import type { ExecutorParams } from '@pvf/protocol';
import { burnsCpuBlock, compileWat, descendantsOf, GUEST_INPUT, guest, waitUntil } from '@pvf/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { templateAndJob } from './support/loaded.ts';
import { answerOf, type Prepared, WorkerPair, watermarkOf } from './support/workers.ts';

const LIMIT_MS = 2_000;
const LONG_LIMIT_MS = 20_000;
/** More than any process needs that only waits for work. */
const BUSY_TICKS = 10;
/** The kernel tells CPU times of processes in ticks of this length. */
const TICK_MS = 10;
const MAX_OVERRUN_MS = 50;

function pairWith(params: ExecutorParams = []): WorkerPair {
  const pair = new WorkerPair(params, [], 'speed-ups');
  onTestFinished(() => pair.close());
  return pair;
}

/** CPU time of all ended children of a process that it has waited for, in milliseconds (proc(5): cutime, cstime). */
function cpuOfEndedChildrenMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}

describe('the limit of CPU time', () => {
  it.each(['infinite-loop', 'start-function-loops', 'log-flood'] as const)(
    'ends %s when it has been used up, and at most 50 ms later',
    async (name) => {
      const pair = pairWith();
      const prepared = await pair.prepare(guest(name));
      const { pid } = (await pair.executeWorker()).process;
      // The second job makes the template, whose own CPU time is not the job's.
      for (let i = 0; i < 2; i++) await pair.execute(prepared, GUEST_INPUT, 50);
      for (const limitMs of [100, 400, 1_000]) {
        const before = cpuOfEndedChildrenMs(pid);
        expect(answerOf(await pair.execute(prepared, GUEST_INPUT, limitMs))).toBe('JobTimedOut');
        const used = cpuOfEndedChildrenMs(pid) - before;
        expect(used).toBeGreaterThanOrEqual(limitMs - TICK_MS);
        expect(used).toBeLessThanOrEqual(limitMs + MAX_OVERRUN_MS + TICK_MS);
      }
    },
  );

  // The kernel counts timer ticks, of a machine that may be starved; only the worker's count may decide.
  it('is far below the kernel’s own, in a job of its own and in one of a template', async () => {
    const pair = pairWith();
    const prepared = await pair.prepare(guest('burns-cpu'));
    const { pid } = (await pair.executeWorker()).process;
    const endless = { ...GUEST_INPUT, blockData: burnsCpuBlock(1n << 60n) };
    let template: number | undefined;
    for (let i = 0; i < 3; i++) {
      const running = pair.execute(prepared, endless, LONG_LIMIT_MS);
      const job = await waitUntil('the job runs', () =>
        descendantsOf(pid).find((child) => child.pid !== template && child.cpuTicks > BUSY_TICKS),
      );
      const [, seconds] = /^Max cpu time +(\d+)/m.exec(readFileSync(`/proc/${job.pid}/limits`, 'latin1'))!;
      expect(Number(seconds)).toBeGreaterThanOrEqual((4 * LONG_LIMIT_MS) / 1_000);
      process.kill(job.pid, 'SIGKILL');
      expect(answerOf(await running)).toBe('JobDied: received signal: SIGKILL');
      expect(answerOf(await pair.execute(prepared, GUEST_INPUT, LIMIT_MS))).toBe('Ok');
      ({ template } = await templateAndJob(pid));
    }
  });

  it('does not bind who stays below it, and counts a job’s own time alone', async () => {
    const pair = pairWith();
    const prepared = await pair.prepare(guest('burns-cpu'));
    for (let i = 0; i < 5; i++) {
      const result = await pair.execute(
        prepared,
        { ...GUEST_INPUT, blockData: burnsCpuBlock(50_000_000n) },
        LIMIT_MS,
      );
      if (!result.ok) throw new Error(result.error.type);
      expect(result.value.jobResponse.type).toBe('Ok');
    }
  });

  it.each([0, 1])('of %i ms is used up before a guest runs', async (limitMs) => {
    const pair = pairWith();
    const prepared = await pair.prepare(guest('infinite-loop'));
    expect(answerOf(await pair.execute(prepared, GUEST_INPUT, limitMs))).toBe('JobTimedOut');
    expect(
      answerOf(await pair.execute(await pair.prepare(guest('accepts-anything')), GUEST_INPUT, LIMIT_MS)),
    ).toBe('Ok');
  });
});

/** Recurses as deep as the first four bytes of the block say (behind an empty head and the block's length byte). */
const RECURSES = `(module
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (func $deeper (param $n i32) (result i32)
    (if (result i32) (i32.eqz (local.get $n))
      (then (i32.const 0))
      (else (i32.add (i32.const 1) (call $deeper (i32.sub (local.get $n) (i32.const 1)))))))
  (func (export "validate_block") (param $at i32) (param $length i32) (result i64)
    (i32.store (i32.const 8)
      (call $deeper (i32.load align=1 (i32.add (local.get $at) (i32.const 2)))))
    (i64.const 0xc00000000)))`;

describe('the logical stack limit', () => {
  const deep = (levels: number) => {
    const blockData = new Uint8Array(4);
    new DataView(blockData.buffer).setUint32(0, levels, true);
    return { ...GUEST_INPUT, blockData };
  };

  /** Levels of recursion that still end in a valid answer. */
  async function deepest(params: ExecutorParams): Promise<number> {
    const pair = pairWith(params);
    const prepared = await pair.prepare(compileWat(RECURSES));
    let [reached, refused] = [0, 1 << 20];
    while (refused - reached > 1) {
      const middle = (reached + refused) >> 1;
      const result = await pair.execute(prepared, deep(middle), LIMIT_MS);
      const answer = answerOf(result);
      if (answer === 'Ok') {
        expect(watermarkOf(result)).toBe(middle);
        reached = middle;
      } else {
        expect(answer).toBe('InvalidCandidate');
        refused = middle;
      }
    }
    return reached;
  }

  it('ends recursion at the same depth whatever the machine’s stack, in proportion to the parameter', async () => {
    const values = [1_024, 65_536, 131_072] as const;
    const depths: number[] = [];
    for (const value of values) depths.push(await deepest([{ type: 'StackLogicalMax', value }]));
    const perLevel = Math.round((values[2] - values[1]) / (depths[2]! - depths[1]!));
    // What is left when the limit is reached: the frames around the recursion and less than one level.
    const rests = values.map((value, index) => value - depths[index]! * perLevel);
    expect(Math.max(...rests) - Math.min(...rests)).toBeLessThan(perLevel);
    expect(await deepest([])).toBe(depths[1]);
  });
});

describe('the page limit', () => {
  const grown = async (params: ExecutorParams): Promise<number> => {
    const pair = pairWith(params);
    const prepared: Prepared = await pair.prepare(guest('memory-growth-until-refused'));
    return watermarkOf(await pair.execute(prepared, GUEST_INPUT, LIMIT_MS));
  };

  it('is 2,080 pages unless the executor params say otherwise', async () => {
    expect(await grown([])).toBe(2_080);
    expect(await grown([{ type: 'MaxMemoryPages', value: 10 }])).toBe(42);
    expect(await grown([{ type: 'MaxMemoryPages', value: 8_192 }])).toBe(8_224);
  });

  it('holds for memory that is written to, too', async () => {
    const pair = pairWith();
    const prepared = await pair.prepare(guest('touches-all-memory'));
    for (let i = 0; i < 3; i++)
      expect(watermarkOf(await pair.execute(prepared, GUEST_INPUT, LIMIT_MS))).toBe(2_080);
  });

  it('refuses a module that starts above it', async () => {
    const pair = pairWith();
    const prepared = await pair.prepare(guest('initial-memory-above-limit'), 'Compilation');
    expect(answerOf(await pair.execute(prepared, GUEST_INPUT, LIMIT_MS))).toBe('RuntimeConstruction');
  });
});
