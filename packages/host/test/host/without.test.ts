// Speed-ups of a host that are turned off one by one.
import { readFileSync } from 'node:fs';
import { guest, speedUpsAreOff } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../../src/host/options.ts';
import { bytesForAffinity } from '../../src/host/pipelines.ts';
import { SPEED_UPS, type SpeedUp } from '../../src/index.ts';
import { VERSION } from '../../src/version.ts';
import { fakeWorker } from '../support/fake-worker.ts';
import { candidate, startHost, workerProcesses } from '../support/hosts.ts';

const OF_WORKERS = ['gathered-heap', 'huge-pages', 'warm-up', 'known-artifacts', 'jobs-ahead'] as const;
const wordsOf = (kind: 'prepare' | 'execute'): string[] => {
  const [pid = 0] = workerProcesses(kind);
  return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').slice(0, -1);
};
const given = (flag: string, words: readonly string[]): string | undefined =>
  words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined;

/** The command lines of a host's first workers, all of ours. */
async function started(without: readonly SpeedUp[]) {
  const host = await startHost({ executeWorkers: 1, templateMemory: 2 ** 28, without });
  expect(await host.validate(candidate('', { code: guest('accepts-anything') }))).toMatchObject({
    kind: 'valid',
  });
  return { prepare: wordsOf('prepare'), execute: wordsOf('execute') };
}

describe('without', () => {
  it('nothing, workers are told of all speed-ups', async () => {
    const { prepare, execute } = await started([]);
    for (const words of [prepare, execute]) {
      expect(words).not.toContain('--without');
      expect(words).toContain('--then');
    }
    expect(given('--template-memory-bytes', execute)).toBe(String(2 ** 28));
    expect(given('--shared-memory', execute)).toBe('1');
    expect(given('--ask-for-artifacts', execute)).toBe('1');
  });

  it('all of them, of none', async () => {
    const { prepare, execute } = await started(SPEED_UPS);
    for (const words of [prepare, execute]) {
      expect(given('--without', words)).toBe(OF_WORKERS.join());
      expect(words).not.toContain('--then');
    }
    expect(given('--template-memory-bytes', execute)).toBe('0');
    expect(execute).not.toContain('--shared-memory');
    expect(execute).not.toContain('--ask-for-artifacts');
  });

  it('two, a worker that goes on from its start is told as well', async () => {
    const { execute } = await started(['warm-up', 'jobs-ahead']);
    expect(execute).toContain('--then');
    expect(given('--without', execute)).toBe('warm-up,jobs-ahead');
  });

  it.each(['artifacts-once', 'known-artifacts'] as const)(
    '%s, a worker is given each file with its candidate',
    async (name) => {
      const { execute } = await started([name]);
      expect(execute).not.toContain('--ask-for-artifacts');
      expect(given('--shared-memory', execute)).toBe('1');
    },
  );

  it('what a worker does not know, it is not told', async () => {
    const worker = fakeWorker('obeys');
    worker.setCapabilities({ version: VERSION, 'full-version': 'f', engine: 'e', 'speed-ups': 'warm-up,x' });
    const host = await startHost({
      workers: { prepare: worker.path, execute: worker.path },
      without: SPEED_UPS,
    });
    await host.validate(candidate('fine'));
    expect(given('--without', wordsOf('execute'))).toBe('warm-up');
  });

  it('affinity, no book is kept of what workers have loaded, and they load all the same', () => {
    const options = { templateMemory: 8, executeWorkers: 2 };
    const bytes = (without: SpeedUp[], hasTemplates = true) =>
      bytesForAffinity(resolveOptions({ ...options, without }), { hasTemplates });
    expect([bytes([]), bytes(['affinity']), bytes(['templates']), bytes([], false)]).toEqual([4, 0, 0, 0]);
  });
});

it('a run of the suites without speed-ups is one', async () => {
  const host = await startHost({ executeWorkers: 1 });
  await host.validate(candidate('', { code: guest('accepts-anything') }));
  const said = given('--without', wordsOf('execute'));
  expect(said).toBe(speedUpsAreOff() ? OF_WORKERS.join() : undefined);
});
