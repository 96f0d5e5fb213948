#!/usr/bin/env node
// Does all set-up that a command of this repository needs, then runs it: `node scripts/run.mjs COMMAND [ARG…]`.
// Runs on any Node >= 20 with npm; the pinned Node and pnpm come from the registry (tools/toolchain).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

const COMMANDS = {
  /** The main job on real input. */
  start: (args) => [build, () => node('examples/demo/main.mjs', ...args)],
  /** All tests that need nothing outside the repository. */
  test: (args) => [build, () => pnpm('exec', 'turbo', 'lint', 'typecheck', 'test', ...args)],
  pvf: (args) => [build, () => node('packages/cli/dist/main.js', ...args)],
  turbo: (args) => [() => pnpm('exec', 'turbo', ...args)],
  exec: (args) => [() => pnpm('exec', ...args)],
  /** Builds, then runs one of the repository's own scripts with the pinned Node. */
  node: (args) => [build, () => node(...args)],
  setup: () => [build],
};

const [command = '', ...args] = process.argv.slice(2);
const steps = COMMANDS[command];
if (steps === undefined) {
  console.error(`usage: node scripts/run.mjs ${Object.keys(COMMANDS).join('|')} [ARG…]`);
  process.exit(2);
}
installToolchain();
installDependencies();
for (const step of steps(args)) step();

function run(program, ...argv) {
  const result = spawnSync(program, argv, { cwd: root, env, stdio: 'inherit' });
  if (result.error) {
    console.error(`cannot start ${program}: ${result.error.message}`);
    process.exit(1);
  }
  if (result.status !== 0) process.exit(result.status ?? 1);
}
function pnpm(...argv) {
  run(join(bin, 'pnpm'), ...argv);
}
function node(...argv) {
  run(join(bin, 'node'), ...argv);
}
function build() {
  pnpm('exec', 'turbo', 'build', '--output-logs=errors-only', '--log-order=grouped');
}

/** Runs `install` unless the stamp says that these very inputs were installed before. */
function once(stamp, inputs, install) {
  const hash = createHash('sha256');
  for (const file of inputs) hash.update(readFileSync(join(root, file)));
  const want = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return;
  install();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, want);
}
function installToolchain() {
  const lock = 'tools/toolchain/package-lock.json';
  once(join(toolchain, 'node_modules', '.stamp'), [lock], () =>
    run('npm', 'ci', '--prefix', toolchain, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'),
  );
}
function installDependencies() {
  once(join(root, 'node_modules', '.stamp'), ['pnpm-lock.yaml', 'package.json', 'pnpm-workspace.yaml'], () =>
    pnpm('install', '--frozen-lockfile', '--reporter=append-only'),
  );
}
