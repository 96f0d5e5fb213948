import { afterEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { resolveOptions } from '../../src/host/options.ts';
import { VERSION } from '../../src/version.ts';

const GIB = 1024 ** 3;

const machine = vi.hoisted(() => ({ memory: 0 }));
vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  totalmem: () => machine.memory,
}));

afterEach(() => {
  vi.restoreAllMocks();
});

it('what nobody has asked for is as the README says', () => {
  const { logger, registry, templateMemory: _, ...rest } = resolveOptions({});
  expect(rest).toEqual({
    cacheDir: undefined,
    workers: {},
    nodeVersion: VERSION,
    allowUntestedNode: false,
    secureMode: true,
    prepareWorkersSoft: 1,
    prepareWorkersHard: 2,
    executeWorkers: 2,
    keepArtifacts: true,
    keepFailed: undefined,
    cgroup: 'auto',
    allowGroupWritableCacheDir: false,
    artifactCacheLimit: 10 * GIB,
    artifactMinStaleMs: 24 * 60 * 60 * 1_000,
    maxPendingPerKind: 64,
    retryPauseMs: 1_000,
    spawnTimeoutMs: 3_000,
    workerIdleMs: 5 * 60 * 1_000,
    maxJobsPerWorker: 10_000,
    sharedMemory: true,
    giveArtifactsOnce: true,
    without: [],
    niceness: {},
    threads: 2,
    workerLog: undefined,
    clock: systemClock,
  });
  expect(logger.level).toBe('warn');
  expect(registry.getMetricsAsArray()).toEqual([]);
});

it('no memory is there for templates where they are turned off', () => {
  expect(resolveOptions({ without: ['templates'], templateMemory: 9 }).templateMemory).toBe(0);
  expect(resolveOptions({ without: ['affinity'], templateMemory: 9 }).templateMemory).toBe(9);
});

it.each([['all'], [['all']], [{}]])('what is not a list of speed-ups is refused: %j', (without) => {
  expect(() => resolveOptions({ without } as never)).toThrowError(
    expect.objectContaining({ code: 'INVALID_OPTION', meta: { option: 'without' } }),
  );
});

it('no memory is shared with workers where no thread could write to it', () => {
  expect(resolveOptions({ threads: 0 }).sharedMemory).toBe(false);
  expect(resolveOptions({ threads: 1, without: ['shared-memory'] }).sharedMemory).toBe(false);
  expect(resolveOptions({ threads: 1 }).sharedMemory).toBe(true);
});

it('the hard limit of prepare workers follows the soft one', () => {
  expect(resolveOptions({ prepareWorkersSoft: 5 }).prepareWorkersHard).toBe(5);
  expect(resolveOptions({ prepareWorkersSoft: 2, prepareWorkersHard: 3 }).prepareWorkersHard).toBe(3);
});

it.each([
  ['an eighth of what this process may have', 8 * GIB, 12 * GIB, GIB],
  ['an eighth of the machine where nothing holds the process to less', 0, 12 * GIB, 1.5 * GIB],
  ['an eighth of the machine where a control group allows more', 2 ** 64, 12 * GIB, 1.5 * GIB],
  ['2 GiB of a machine with much memory', 0, 64 * GIB, 2 * GIB],
])('templates may have %s', (_, allowed, memory, wanted) => {
  machine.memory = memory;
  vi.spyOn(process, 'constrainedMemory').mockReturnValue(allowed);
  expect(resolveOptions({}).templateMemory).toBe(wanted);
});

it('templates may have what the option says', () => {
  expect(resolveOptions({ templateMemory: 3 * GIB }).templateMemory).toBe(3 * GIB);
  expect(resolveOptions({ templateMemory: 0 }).templateMemory).toBe(0);
});
