// Runs tests by their path: `npm run test:one -- PATH… [OPTION…]`, see CONTRIBUTING.md. All paths are of one package, or all
// of tests of the scripts. Options go to vitest; `-t NAME` works for both. That nothing ran is a failure: a name or path
// with a mistake must not look as if its tests had passed.
import { spawn } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');

const firstOption = process.argv.findIndex((each, index) => index >= 2 && each.startsWith('-'));
const end = firstOption === -1 ? process.argv.length : firstOption;
const paths = process.argv.slice(2, end).map((path) => resolve(path));
const options = process.argv.slice(end);

if (paths.length === 0)
  refuse(
    'name a package, a folder of tests or a test file: npm run test:one -- packages/host/test/intake.test.ts',
  );
for (const path of paths)
  if (!existsSync(path)) refuse(`there is no ${path}; name a package, a folder of tests or a test file`);

const packages = new Set(paths.map(packageOf));
if (packages.size > 1) refuse('these paths are of several packages; run one package at a time');
const [folder] = packages;
if (folder === undefined) runScriptTests();
else runVitest(folder);

function packageOf(path) {
  let folder = statSync(path).isDirectory() ? path : dirname(path);
  while (!existsSync(join(folder, 'vitest.config.ts'))) {
    if (folder === root || folder === dirname(folder)) return undefined;
    folder = dirname(folder);
  }
  return folder;
}

/** Which configuration a test belongs to follows from where it lies, as in the packages' own scripts. */
function runVitest(folder) {
  const tests = paths.map((path) => relative(folder, path)).filter((path) => path !== '');
  const kinds = new Set(
    tests.map((path) =>
      ['shared', 'toolchain'].find((kind) => `${path}${sep}`.startsWith(join('test', kind, sep))),
    ),
  );
  if (kinds.size > 1)
    refuse('tests in test/shared and others have two configurations; run them one after the other');
  const [kind] = kinds;
  const config = kind === undefined ? 'vitest.config.ts' : `vitest.${kind}.config.ts`;
  if (!existsSync(join(folder, config)))
    refuse(`${relative(root, folder)} has no ${config}, which ${tests[0]} needs`);
  run(folder, [
    join(folder, 'node_modules/vitest/vitest.mjs'),
    'run',
    ...['--config', config],
    ...(options.some((each) => /^--reporter\b/.test(each)) ? [] : ['--reporter=default']),
    `--reporter=${join(here, 'vitest-reporter.mjs')}`,
    ...tests,
    ...options,
  ]);
}

function runScriptTests() {
  const files = paths.flatMap((path) => {
    const found = statSync(path).isDirectory()
      ? globSync('**/*.test.mjs', { cwd: path, exclude: ['**/node_modules/**'] }).map((name) =>
          join(path, name),
        )
      : [path].filter((each) => each.endsWith('.test.mjs'));
    if (found.length === 0 || path === root)
      refuse(`${path} is in no package with tests; name one, such as packages/host/test/intake.test.ts`);
    return found;
  });
  const own = options.map((each, index) =>
    each === '-t'
      ? '--test-name-pattern'
      : options[index - 1] === '-t'
        ? each
        : each.replace(/^-t=?/, '--test-name-pattern='),
  );
  run(root, [
    '--test',
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...[`--test-reporter=${join(here, 'node-reporter.mjs')}`, '--test-reporter-destination=stderr'],
    ...own,
    ...files,
  ]);
}

function run(cwd, argv) {
  const env = { ...process.env, PVF_TEST_ONE_PATHS: JSON.stringify(paths) };
  const child = spawn(process.execPath, argv, { cwd, env, stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // A terminal sends SIGINT to the child as well.
  process.on('SIGINT', () => {});
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

function refuse(message) {
  console.error(message);
  process.exit(2);
}
