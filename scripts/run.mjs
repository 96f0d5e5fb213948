#!/usr/bin/env node
// Does all set-up that a command of this repository needs, then runs it: `node scripts/run.mjs COMMAND [ARG…]`.
// Runs on any Node >= 20 with npm; the pinned Node and pnpm come from the registry (tools/toolchain).
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const toolchain = join(root, 'tools', 'toolchain');
const bin = join(toolchain, 'node_modules', '.bin');
const env = {
  ...process.env,
  PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  npm_config_update_notifier: 'false',
};

/** Where npm was called: what a user's relative paths mean. */
const callerDirectory = process.env.INIT_CWD ?? process.cwd();

const COMMANDS = {
  /** The main job on real input. */
  start: (args) => [build, () => node(root, 'examples/demo/main.mjs', ...args)],
  /** All tests that need nothing outside the repository. One package at a time: some tests watch processes. */
  test: (args) => [
    () => pnpm('exec', 'biome', 'check', '.'),
    () => pnpm('exec', 'turbo', 'typecheck', '--output-logs=errors-only'),
    () => node(root, '--test', '--test-reporter=dot', 'scripts/**/*.test.mjs'),
    () => pnpm('exec', 'turbo', 'test', '--concurrency=1', '--log-order=grouped', ...args),
  ],
  /** The suite of one package, or single test files of it. */
  one: (args) => [build, () => node(callerDirectory, join(root, 'scripts/test-one/main.mjs'), ...args)],
  pvf: (args) => [build, () => node(callerDirectory, join(root, 'packages/cli/dist/main.js'), ...args)],
  turbo: (args) => [() => pnpm('exec', 'turbo', ...args)],
  exec: (args) => [() => pnpm('exec', ...args)],
  /** Builds, then runs one of the repository's own scripts with the pinned Node. */
  node: ([script = '', ...args]) => [build, () => node(callerDirectory, join(root, script), ...args)],
  setup: () => [build],
};

const [command = '', ...args] = process.argv.slice(2);
const steps = COMMANDS[command];
if (steps === undefined) {
  console.error(`usage: node scripts/run.mjs ${Object.keys(COMMANDS).join('|')} [ARG…]`);
  process.exit(2);
}
await installToolchain();
await installDependencies();
for (const step of steps(args)) await step();

/** Runs a program to its end and ends with it if it fails. Signals go to the program, which decides what they mean. */
async function run(program, argv, { cwd = root, quiet = false } = {}) {
  // What only sets up prints on stderr: stdout belongs to the command's own output.
  const child = spawn(program, argv, { cwd, env, stdio: ['inherit', quiet ? 2 : 'inherit', 'inherit'] });
  const forward = (signal) => child.kill(signal);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, forward);
  // A terminal sends SIGINT to the child as well; here it must only not end this process first.
  const ignore = () => {};
  process.on('SIGINT', ignore);
  const status = await new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`cannot start ${program}: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.off(signal, forward);
  process.off('SIGINT', ignore);
  if (status !== 0) process.exit(status);
}
function pnpm(...argv) {
  return run(join(bin, 'pnpm'), argv);
}
function node(cwd, ...argv) {
  return run(join(bin, 'node'), argv, { cwd });
}
function build() {
  const argv = ['exec', 'turbo', 'build', '--output-logs=errors-only', '--log-order=grouped'];
  return run(join(bin, 'pnpm'), argv, { quiet: true });
}

/** Runs `install` unless the stamp says that these very inputs were installed before. */
async function once(stamp, inputs, install) {
  const hash = createHash('sha256');
  for (const file of inputs) hash.update(readFileSync(join(root, file)));
  const want = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return;
  await install();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, want);
}
function installToolchain() {
  const lock = 'tools/toolchain/package-lock.json';
  return once(join(toolchain, 'node_modules', '.stamp'), [lock], () =>
    run(
      'npm',
      ['ci', '--prefix', toolchain, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      { quiet: true },
    ),
  );
}
function installDependencies() {
  return once(
    join(root, 'node_modules', '.stamp'),
    ['pnpm-lock.yaml', 'package.json', 'pnpm-workspace.yaml'],
    () => run(join(bin, 'pnpm'), ['install', '--frozen-lockfile', '--reporter=append-only'], { quiet: true }),
  );
}
