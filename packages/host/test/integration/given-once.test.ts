// Workers of this repository are given an artifact's file once, and ask for it when they have it no more.
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { acceptsWithWatermark, GUEST_INPUT } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import type { HostOptions, PvfHost } from '../../src/index.ts';
import { tempDir } from '../support/fake-worker.ts';
import { candidate, startHost, workerProcesses } from '../support/hosts.ts';

const BLOCK = GUEST_INPUT.blockData;

/** One worker without room for loaded PVFs, so that it needs a file for each candidate. */
async function setUp(options: HostOptions = {}) {
  const cacheDir = tempDir();
  const host = await startHost({ cacheDir, executeWorkers: 1, templateMemory: 0, without: [], ...options });
  const files = (): string[] =>
    readdirSync(cacheDir)
      .filter((name) => name.endsWith('.pvf'))
      .map((name) => join(cacheDir, name));
  return { host, files };
}

/** What became of a backing candidate, which is tried once, and whether its artifact had to be made. */
async function validate(host: PvfHost, watermark = 1, kind: 'backing' | 'approval' = 'backing') {
  const outcome = await host.validate(candidate(BLOCK, { code: acceptsWithWatermark(watermark), kind }));
  const result = outcome.kind === 'valid' ? outcome.result.hrmpWatermark : outcome.kind;
  return { result, attempts: outcome.attempts, fromCache: outcome.artifact?.fromCache };
}

function damage(path: string): void {
  const bytes = readFileSync(path);
  bytes[0]! ^= 1;
  writeFileSync(path, bytes);
  utimesSync(path, 1, 1);
}

describe('an artifact that its worker was given', () => {
  it.each([2 ** 30, 0])(
    'runs once its file is gone, with %i bytes for loaded PVFs',
    async (templateMemory) => {
      const { host, files } = await setUp({ templateMemory });
      expect(await validate(host)).toEqual({ result: 1, attempts: 1, fromCache: false });
      const [pid] = workerProcesses('execute');
      for (const file of files()) rmSync(file);
      for (let n = 0; n < 2; n++)
        expect(await validate(host)).toEqual({ result: 1, attempts: 1, fromCache: true });
      expect(workerProcesses('execute')).toEqual([pid]);
    },
  );

  it('is made anew once its file is gone where each candidate’s comes with it', async () => {
    const { host, files } = await setUp({ without: ['artifacts-once'] });
    await validate(host);
    for (const file of files()) rmSync(file);
    expect(await validate(host)).toEqual({ result: 1, attempts: 1, fromCache: false });
  });

  it('is made anew once its file is damaged, if it is not loaded', async () => {
    const { host, files } = await setUp();
    await validate(host);
    for (const file of files()) damage(file);
    expect(await validate(host, 1, 'approval')).toEqual({ result: 1, attempts: 2, fromCache: false });
    expect(await validate(host)).toEqual({ result: 1, attempts: 1, fromCache: true });
  });

  it('runs as it was while it is loaded, whatever becomes of its file', async () => {
    const { host, files } = await setUp({ templateMemory: 2 ** 30 });
    await validate(host);
    for (const file of files()) damage(file);
    expect(await validate(host)).toEqual({ result: 1, attempts: 1, fromCache: true });
  });

  it('is given to the worker that comes after it, and each PVF’s is its own', async () => {
    const { host } = await setUp();
    const both = async (): Promise<unknown[]> => [
      (await validate(host, 1)).result,
      (await validate(host, 2)).result,
    ];
    for (let n = 0; n < 2; n++) expect(await both()).toEqual([1, 2]);
    const [pid = 0] = workerProcesses('execute');
    process.kill(pid, 'SIGKILL');
    for (let n = 0; n < 2; n++) expect(await both()).toEqual([1, 2]);
    expect(workerProcesses('execute')).not.toEqual([pid]);
  });
});
