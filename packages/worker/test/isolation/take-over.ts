import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobReport } from '../../src/index.ts';
import type { Mode } from './modes.ts';
import type { Line, Order } from './order.ts';

export const RUNNER = join(import.meta.dirname, 'hostile.runner.ts');
const SUPERVISOR = join(import.meta.dirname, 'supervisor.ts');
/** Those of the workers' launchers, as far as they matter without WebAssembly. */
export const NODE_FLAGS = [
  '--single-threaded',
  '--v8-pool-size=0',
  '--disable-sigusr1',
  '--no-warnings',
  // What strips the types of the runners is WebAssembly too.
  '--no-wasm-tier-up',
  '--no-opt',
  '--no-maglev',
  '--no-sparkplug',
  '--regexp-interpret-all',
  '--no-lazy',
  '--no-flush-bytecode',
];
/** A worker that hangs: far above what any needs. */
const WALL_LIMIT_MS = 100_000;

export interface Outcome {
  readonly name: string;
  readonly report: JobReport;
  /** Result of an attempt's system call; absent when the job did not live to tell. */
  readonly value: number | undefined;
  readonly next: Line['next'];
}

/**
 * Runs a list in a worker with the given layers; as an ordinary user when `uid` is set.
 * @param options.look looks at the directory outside when the worker has ended
 * @param options.wallLimitMs milliseconds until a worker that hangs is killed
 */
export function takeOver(
  mode: Mode,
  list: Order['list'],
  uid?: number,
  options: Pick<Order, 'fuzz'> & {
    readonly look?: (outside: string) => void;
    readonly wallLimitMs?: number;
  } = {},
): readonly Outcome[] {
  const base = mkdtempSync(join(tmpdir(), 'pvf-hostile-'));
  try {
    const directory = join(base, 'worker');
    const outside = join(base, 'outside');
    for (const path of [directory, outside]) {
      mkdirSync(path);
      if (uid !== undefined) chownSync(path, uid, uid);
    }
    writeFileSync(join(directory, 'artifact'), 'secret');
    chmodSync(base, 0o755);
    const { look, ...rest } = options;
    const order: Order = { mode, list, directory, outside, ...rest };
    const runner = [process.execPath, ...NODE_FLAGS, RUNNER, JSON.stringify(order)];
    const { status, signal, stdout, stderr, error } = spawnSync(
      process.execPath,
      [
        SUPERVISOR,
        String(options.wallLimitMs ?? WALL_LIMIT_MS),
        uid === undefined ? '' : String(uid),
        ...runner,
      ],
      { encoding: 'utf8', env: {}, maxBuffer: 1 << 28 },
    );
    if (status !== 0) {
      const done = stdout.trim().split('\n').at(-1);
      throw new Error(`${mode.name}: ${error ?? signal ?? status} after ${done}\n${stderr}`);
    }
    look?.(outside);
    return stdout
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => outcomeOf(JSON.parse(line)));
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

const FRAME_HEADER_BYTES = 8;

function outcomeOf({ name, report, next }: Line): Outcome {
  const output = Buffer.from(report.output, 'hex');
  const value =
    output.length === FRAME_HEADER_BYTES + 8 ? output.readDoubleLE(FRAME_HEADER_BYTES) : undefined;
  return { name, report: { ...report, output }, value, next };
}
