// `npm run component-check [-- VITEST_ARG…]`: all that needs jco, Binaryen and componentize-js, which `npm start` and
// `npm test` do not install. Installs them as their own locks say, builds examples/component-ts, runs test/toolchain.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageRoot = join(dirname(fileURLToPath(import.meta.url)), '..');
const example = join(packageRoot, '../../examples/component-ts');

install(join(packageRoot, 'toolchain'));
install(example);
run(process.execPath, [join(example, 'scripts/build.mjs')], example);
run(
  process.execPath,
  [
    join(packageRoot, 'node_modules/vitest/vitest.mjs'),
    ...['run', '--config', 'vitest.toolchain.config.ts'],
    ...process.argv.slice(2),
  ],
  packageRoot,
);

/** Unless this very lock was installed before. */
function install(directory) {
  const stamp = join(directory, 'node_modules/.stamp');
  const lock = createHash('sha256')
    .update(readFileSync(join(directory, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], directory);
  writeFileSync(stamp, lock);
}

function run(program, args, cwd) {
  const { status, signal, error } = spawnSync(program, args, { cwd, stdio: 'inherit' });
  if (status === 0) return;
  console.error(`${program} ${args[0]}: ${error?.message ?? signal ?? `exit status ${status}`}`);
  process.exit(status || 1);
}
