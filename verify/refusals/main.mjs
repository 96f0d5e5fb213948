// npm run refusals: refuses every system call that workers, templates and jobs make while they are set up, in four ways,
// to the worker programs alone and to whole hosts, and sets every limit to awkward values; as root also as an ordinary
// user. Takes an hour or more; the ordinary tests run a sample.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const packages = join(import.meta.dirname, '../../packages');
const SUITES = [
  ['execute-worker', 'test/refusals.test.ts'],
  ['host', 'test/integration/refusals.test.ts'],
];
let failed = false;
for (const [name, file] of SUITES) {
  const { status } = spawnSync('pnpm', ['exec', 'vitest', 'run', file, ...process.argv.slice(2)], {
    cwd: join(packages, name),
    env: { ...process.env, PVF_REFUSALS: 'all' },
    stdio: 'inherit',
  });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
