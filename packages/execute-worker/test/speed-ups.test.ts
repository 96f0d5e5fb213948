// Each speed-up is there, and can be turned off; answers are the same either way.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { WORKER_SPEED_UPS, type WorkerSpeedUp } from '@pvf/protocol';
import { GUEST_INPUT, speedUpsAreOff, waitUntil, weighsItsInput } from '@pvf/test-kit';
import { parseCommandLine } from '@pvf/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { warmUp } from '../src/warm-up.ts';
import { loadExecuteWorker } from '../src/worker.ts';
import { childrenOf } from './support/loaded.ts';
import { answerOf, type Prepared, WorkerPair, watermarkOf, withoutSpeedUps } from './support/workers.ts';

vi.mock('../src/warm-up.ts', () => ({ warmUp: vi.fn() }));

const LIMIT_MS = 30_000;
const HINTS_BYTES = 2 ** 46;

const maps = (pid: number): string[] => readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n');

/** Part of the address space from which V8 chooses that is taken, so that its heap lies together. */
function takenOfHints(pid: number): number {
  let taken = 0;
  for (const line of maps(pid)) {
    const [, low = '0', high = '0'] = /^([0-9a-f]+)-([0-9a-f]+) ---p /.exec(line) ?? [];
    if (Number.parseInt(high, 16) <= HINTS_BYTES)
      taken += Number.parseInt(high, 16) - Number.parseInt(low, 16);
  }
  return taken / HINTS_BYTES;
}

/** Bytes of the program's own file that are mapped as code: none where the code was copied into large pages. */
function mappedCode(pid: number): number {
  const program = readlinkSync(`/proc/${pid}/exe`);
  const code = maps(pid).filter((line) => line.includes(' r-xp ') && line.endsWith(program));
  return code.reduce((sum, line) => {
    const [low = '0', high = '0'] = line.split(' ')[0]!.split('-');
    return sum + Number.parseInt(high, 16) - Number.parseInt(low, 16);
  }, 0);
}

const heldArtifacts = (pid: number): number =>
  readdirSync(`/proc/${pid}/fd`).filter((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`).includes('/artifact'))
    .length;

const preparing = new WorkerPair([], [], 'speed-ups');
let weighs: Prepared;
beforeAll(async () => {
  weighs = await preparing.prepare(weighsItsInput());
});
afterAll(() => preparing.close());

/** A worker after two candidates, started with these words besides; what is seen of it from outside. */
async function seen(...moreArguments: string[]) {
  const pair = new WorkerPair(
    [],
    ['--template-memory-bytes', String(2 ** 28), ...moreArguments],
    'speed-ups',
  );
  onTestFinished(() => pair.close());
  const { pid } = (await pair.executeWorker()).process;
  const watermarks = [];
  for (let i = 0; i < 2; i++) watermarks.push(watermarkOf(await pair.execute(weighs, GUEST_INPUT, LIMIT_MS)));
  return { pid, watermarks };
}
const without = (name: WorkerSpeedUp) => seen('--without', name);

/** How many processes a worker has below it once that does not change any more. */
async function childrenAtRest(pid: number): Promise<number> {
  let last = -1;
  let same = 0;
  return await waitUntil('it rests', () => {
    const { length } = childrenOf(pid);
    same = length === last ? same + 1 : 0;
    last = length;
    return same > 20 && { length };
  }).then(({ length }) => length);
}

describe('what a worker does without', () => {
  let all: Awaited<ReturnType<typeof seen>>;
  beforeEach(async () => {
    all = await seen();
  });

  it('gathered-heap', async () => {
    const { pid, watermarks } = await without('gathered-heap');
    expect(takenOfHints(all.pid)).toBeGreaterThan(0.9);
    expect(takenOfHints(pid)).toBeLessThan(0.1);
    expect(watermarks).toEqual(all.watermarks);
  });

  it('huge-pages', async () => {
    const { pid, watermarks } = await without('huge-pages');
    expect(mappedCode(pid)).toBeGreaterThan(10 * mappedCode(all.pid));
    expect(watermarks).toEqual(all.watermarks);
  });

  it('known-artifacts', async () => {
    const { pid, watermarks } = await without('known-artifacts');
    expect([heldArtifacts(all.pid), heldArtifacts(pid)]).toEqual([1, 0]);
    expect(watermarks).toEqual(all.watermarks);
  });

  it('jobs-ahead', async () => {
    const { pid, watermarks } = await without('jobs-ahead');
    expect([await childrenAtRest(all.pid), await childrenAtRest(pid)]).toEqual([2, 1]);
    expect(watermarks).toEqual(all.watermarks);
  });

  it('templates', async () => {
    const { pid, watermarks } = await seen('--template-memory-bytes', '0');
    expect(await childrenAtRest(pid)).toBe(0);
    expect(watermarks).toEqual(all.watermarks);
  });

  it('all of them', async () => {
    const { pid, watermarks } = await seen(...withoutSpeedUps('execute', true));
    expect(takenOfHints(pid)).toBeLessThan(0.1);
    expect(heldArtifacts(pid)).toBe(0);
    expect(await childrenAtRest(pid)).toBe(0);
    expect(watermarks).toEqual(all.watermarks);
  });
});

it('warm-up: the empty guest is not run', async () => {
  await loadExecuteWorker('1.0.0', new Set(WORKER_SPEED_UPS.filter((name) => name !== 'warm-up')));
  expect(warmUp).not.toHaveBeenCalled();
  await loadExecuteWorker('1.0.0', new Set(['warm-up']));
  expect(warmUp).toHaveBeenCalledOnce();
});

it('a run of the suites without speed-ups is one', async () => {
  const words = (kind: 'prepare' | 'execute') => [
    `${kind}-worker`,
    ...['--socket-path', 's', '--worker-dir-path', 'd'],
    ...withoutSpeedUps(kind, true),
  ];
  expect(parseCommandLine('prepare', words('prepare'))).toMatchObject({ without: WORKER_SPEED_UPS });
  expect(parseCommandLine('execute', words('execute'))).toMatchObject({
    without: WORKER_SPEED_UPS,
    templateMemoryBytes: 0,
  });
  const pair = new WorkerPair();
  onTestFinished(() => pair.close());
  for (const { process: worker } of [await pair.prepareWorker(), await pair.executeWorker()])
    expect(readFileSync(`/proc/${worker.pid}/cmdline`, 'latin1').includes('--without')).toBe(
      speedUpsAreOff(),
    );
  expect(answerOf(await pair.execute(weighs, GUEST_INPUT, LIMIT_MS))).toBe('Ok');
});

it('PVF_TEST_SPEEDUPS is not misread', () => {
  expect([speedUpsAreOff('on'), speedUpsAreOff('off')]).toEqual([false, true]);
  expect(() => speedUpsAreOff('none')).toThrow("'none'");
});
