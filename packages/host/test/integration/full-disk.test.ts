import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { tempDir } from '../support/fake-worker.ts';

const PROGRAM = fileURLToPath(new URL('../fixtures/fills-its-disk.mjs', import.meta.url));

const DOES_ITS_MAIN_JOB = fileURLToPath(new URL('../fixtures/does-its-main-job.mjs', import.meta.url));

/** A host's program whose cache directory is a file system of its own, which is gone with the namespace. */
async function onDisk(program: string, mountOptions: string): Promise<unknown> {
  const dir = tempDir();
  const script = `mount -t tmpfs -o mode=700,${mountOptions} none "$2" && exec "$0" "$1" "$2"`;
  const args = ['-Urm', 'sh', '-c', script, process.execPath, program, dir];
  const { stdout } = await promisify(execFile)('unshare', args);
  expect(readdirSync(dir)).toEqual([]);
  return JSON.parse(stdout);
}

it('a disk without inodes is told before the first request, with the remedy', async () => {
  expect(await onDisk(DOES_ITS_MAIN_JOB, 'nr_inodes=4')).toMatchObject({
    refused: 'TRIAL_FAILED',
    message: expect.stringMatching(/ENOSPC.*Free space and inodes/),
  });
});

it('a full disk costs a preparation and nothing else', async () => {
  expect(await onDisk(PROGRAM, 'size=1m')).toEqual({
    large: {
      kind: 'failed',
      vote: 'against',
      deterministic: false,
      error: expect.stringMatching(/^(IoErr|Kernel)$/),
    },
    small: 'ok',
  });
});
