import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { tempDir } from '../support/fake-worker.ts';

const PROGRAM = fileURLToPath(new URL('../fixtures/fills-its-disk.mjs', import.meta.url));

it('a full disk costs a preparation and nothing else', async () => {
  const dir = tempDir();
  // A file system of 1 MiB of our own: it is gone with the namespace.
  const script = 'mount -t tmpfs -o size=1m,mode=700 none "$2" && exec "$0" "$1" "$2"';
  const args = ['-Urm', 'sh', '-c', script, process.execPath, PROGRAM, dir];
  const { stdout } = await promisify(execFile)('unshare', args);
  expect(JSON.parse(stdout)).toEqual({
    large: {
      kind: 'failed',
      vote: 'against',
      deterministic: false,
      error: expect.stringMatching(/^(IoErr|Kernel)$/),
    },
    small: 'ok',
  });
  expect(readdirSync(dir)).toEqual([]);
});
