// `npm run hostile`: what jobs can call; `-- inherited`: what each kind of process has of its parent, against
// written lists; `-- colluding`: two templates that were taken over beside an honest one, over 1,000 candidates (or as
// many as the next argument says). Ends with status 1 when anything is not as expected.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_FLAGS } from '../../packages/worker/test/isolation/take-over.ts';
import { USERS } from '../../packages/worker/test/isolation/users.ts';

const CANDIDATES = 1_000;
/** Three templates and a job of each. */
const MOST_CHILDREN = 6;
const LISTS: readonly (readonly [pkg: string, file: string])[] = [
  ['@pvf/execute-worker', 'test/inherited.test.ts'],
  ['@pvf/worker', 'test/isolation/exact.test.ts'],
  ['@pvf/sandbox-linux', 'test/restrict.test.ts'],
];

const [mode, count] = process.argv.slice(2);
if (mode === 'inherited') inherited();
else if (mode === 'colluding') colluding(Number(count ?? CANDIDATES));
else await import('../../packages/worker/test/isolation/report.ts');

function inherited(): void {
  for (const [pkg, file] of LISTS) {
    const args = ['--filter', pkg, 'exec', 'vitest', 'run', file];
    if (spawnSync('pnpm', args, { stdio: 'inherit' }).status !== 0) process.exitCode = 1;
  }
}

function colluding(candidates: number): void {
  const runner = join(import.meta.dirname, '../../packages/worker/test/isolation/rogue-template.runner.ts');
  for (const { name, uid } of USERS) {
    for (const namespaces of [true, false]) {
      const directory = mkdtempSync(join(tmpdir(), 'pvf-colluding-'));
      chmodSync(directory, 0o755);
      if (uid !== undefined) chownSync(directory, uid, uid);
      const order = { directory, namespaces, gate: true, what: 'colluding', candidates };
      const { stdout, stderr } = spawnSync(process.execPath, [...NODE_FLAGS, runner, JSON.stringify(order)], {
        encoding: 'utf8',
        env: {},
        ...(uid === undefined ? {} : { uid, gid: uid }),
      });
      rmSync(directory, { recursive: true, force: true });
      console.log(`${name}, ${namespaces ? 'with' : 'without'} namespaces: ${stdout}${stderr}`);
      const result = stdout === '' ? undefined : JSON.parse(stdout);
      const right =
        result?.candidates === candidates &&
        result.wrong === 0 &&
        result.left === 0 &&
        result.mostChildren <= MOST_CHILDREN;
      if (!right) process.exitCode = 1;
    }
  }
}
