import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NODE_FLAGS } from './take-over.ts';
import { USERS } from './users.ts';

const RUNNER = join(import.meta.dirname, 'rogue-template.runner.ts');
const WALL_LIMIT_MS = 60_000;

function run(namespaces: boolean, uid: number | undefined): Record<string, unknown> {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-rogue-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  chmodSync(directory, 0o755);
  if (uid !== undefined) chownSync(directory, uid, uid);
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [...NODE_FLAGS, RUNNER, JSON.stringify({ directory, namespaces })],
    {
      encoding: 'utf8',
      env: {},
      timeout: WALL_LIMIT_MS,
      killSignal: 'SIGKILL',
      ...(uid === undefined ? {} : { uid, gid: uid }),
    },
  );
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

const ANSWER = JSON.stringify([{ type: 'exited', status: 0 }, [7]]);
const isRoot = process.getuid!() === 0;

describe.each(USERS)('a template that has been taken over, run by $name', ({ uid }) => {
  it.each([true, false])('harms no other one (namespaces: %s)', (namespaces) => {
    const result = run(namespaces, uid);
    // Without a user namespace or a user of their own, they are counted with all others of the same user.
    const counted = namespaces || (isRoot && uid === undefined);
    expect(result.limits).toEqual([
      ['Max cpu time', '600', '600'],
      counted ? ['Max processes', '24', '24'] : ['Max processes', expect.anything(), expect.anything()],
    ]);
    expect(result).toMatchObject({
      'pid of another template': "TemplateError: process N is another one's",
      'pid of the worker': 'TemplateError: process N is no job of this worker',
      'pid 1': 'TemplateError: process N is no job of this worker',
      victim: ANSWER,
      childrenBefore: 1,
      childrenBred: 7,
      breeder: 'TemplateError: N processes that nobody ordered',
      childrenAfter: 0,
      victimAfter: 'TemplateError: given up with another one',
      again: [ANSWER, ANSWER],
      childrenAtEnd: 0,
    });
  });
});
