// `npm run binary-check [-- DIR]`: what must hold of the standalone programs in DIR (dist-bin): from any directory,
// with an empty environment, in a folder that holds nothing else; and the tests of the npm launchers, with them.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adderChain } from '../../examples/adder-pvf/dist/index.js';
import { ALSO_CALLED, LICENCES, PROGRAMS, SBOM, SUMS } from './folder.mjs';
import { objectionsTo } from './sbom.mjs';
import { checkServe } from './serve.mjs';
import { checkSurroundings } from './surroundings.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const built = resolve(process.argv[2] ?? join(root, 'dist-bin'));
const WORKERS = ['prepare', 'execute'];
const PVF = join(root, 'examples/adder-pvf/dist/adder.wasm');
const CHECKS = ['landlock', 'seccomp'].map((layer) => `--check-can-enable-${layer}`);

const directory = mkdtempSync(join(tmpdir(), 'pvf-binary-check-'));
// Some tests run the programs as another user.
chmodSync(directory, 0o755);
try {
  await releaseFolder();
  for (const name of PROGRAMS) copyFileSync(join(built, name), join(directory, name));
  // In the folder itself, where each worker has both names.
  copyFileSync(PVF, join(directory, 'adder.wasm'));
  const release = copyOfRelease();
  console.log(`${checkSurroundings(release, join(directory, 'adder.wasm'))} cases of surroundings`);
  await checkServe(release, join(directory, 'adder.wasm'), join(root, 'packages/serve/dist/dashboard'));
  const version = output('pvf', ['--version']);
  for (const kind of WORKERS) {
    const name = `pvf-${kind}-worker`;
    assert.match(output(name, ['--full-version']), /^\S+-\w+$/);
    assert.match(output(name, ['--help']), new RegExp(`^${kind}-worker `));
    for (const check of [...CHECKS, '--check-can-do-secure-clone']) output(name, [check]);
    output(name, ['--check-can-unshare-user-namespace-and-change-root', directory]);
    assert.notEqual(run(name, [kind === 'prepare' ? 'execute-worker' : 'prepare-worker']).status, 0);
  }
  validate();
  fullOutput();
  writeFileSync(join(directory, 'pvf-version'), '99.1.0\n');
  for (const kind of WORKERS) assert.equal(output(`pvf-${kind}-worker`, ['--version']), '99.1.0');
  validate();
  writeFileSync(join(directory, 'pvf-version'), 'two words');
  assert.match(run('pvf-execute-worker', ['--version']).stderr, /^[^\n]*must hold the version[^\n]*\n$/);
  stackLimit();
  wrongWorker(version);
  tests('execute-worker', ['program', 'connection', 'wire', 'surroundings', 'processes', 'observed']);
  tests('prepare-worker', ['limits']);
  console.log(`the programs in ${built} work (pvf ${version})`);
} finally {
  rmSync(directory, { recursive: true });
}

/** Names, checksums, licences and the bill of materials are those of the programs that lie there. */
async function releaseFolder() {
  const names = [...PROGRAMS, ...ALSO_CALLED.values(), 'LICENSE', LICENCES, SBOM].sort();
  const there = readdirSync(built).filter((name) => name !== 'pvf-version');
  assert.deepEqual(there.sort(), [...names, SUMS].sort());
  const sums = readFileSync(join(built, SUMS), 'utf8');
  const sha256 = (name) =>
    createHash('sha256')
      .update(readFileSync(join(built, name)))
      .digest('hex');
  assert.equal(sums, names.map((name) => `${sha256(name)}  ${name}\n`).join(''));
  for (const [ours, theirs] of ALSO_CALLED)
    assert.equal(statSync(join(built, ours)).ino, statSync(join(built, theirs)).ino, 'bytes are there twice');
  const text = readFileSync(join(built, SBOM), 'utf8');
  assert.equal(await objectionsTo(text), null);
  const bom = JSON.parse(text);
  const find = (ref) => bom.components.find((each) => each['bom-ref'] === ref);
  for (const name of PROGRAMS) {
    const ref = `program:${name}`;
    assert.deepEqual(find(ref).hashes, [{ alg: 'SHA-256', content: sha256(name) }]);
    const used = bom.dependencies.find((each) => each.ref === ref).dependsOn;
    // Each is described, says under which terms it may be used, and carries them.
    for (const library of used.filter((each) => each !== 'node')) {
      assert.ok(find(library)?.licenses.length > 0, `${library} has no licence`);
      if (library.startsWith('pkg:npm/%40pvf/')) continue;
      const { group, name, version } = find(library);
      const heading = `\n${group ? `${group}/` : ''}${name} ${version} (`;
      assert.ok(readFileSync(join(built, LICENCES), 'utf8').includes(heading), `no licence of ${library}`);
    }
    for (const expected of ['node', 'pkg:npm/koffi@', 'pkg:npm/%40pvf/protocol@'])
      assert.ok(
        used.some((each) => each.startsWith(expected)),
        `${name} without ${expected}`,
      );
  }
  assert.equal(find('node').version, process.versions.node);
}

/** With both names of each worker, as one file. */
function copyOfRelease() {
  const copy = join(directory, 'release');
  execFileSync('cp', ['-a', built, copy]);
  rmSync(join(copy, 'pvf-version'), { force: true });
  chmodSync(copy, 0o755);
  return copy;
}

function run(name, args, env = {}) {
  return spawnSync(join(directory, name), args, { cwd: '/', env, encoding: 'utf8', timeout: 120_000 });
}

function output(name, args, env) {
  const { status, stdout, stderr } = run(name, args, env);
  assert.equal(status, 0, `${name} ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

/** A worker of another release is named, with its version and the one that is expected. */
function wrongWorker(expected) {
  const worker = join(directory, 'pvf-execute-worker');
  rmSync(worker);
  writeFileSync(worker, '#!/bin/sh\ncase $1 in --*version) echo 0.0.1;; *) exit 1;; esac\n', { mode: 0o755 });
  const { status, stderr } = run('pvf', validateArguments(), { HOME: directory, TMPDIR: directory });
  assert.notEqual(status, 0);
  for (const named of [worker, '0.0.1', expected]) assert.ok(stderr.includes(named), stderr);
  copyFileSync(join(built, 'pvf-execute-worker'), worker);
}

/** An answer that cannot be written is none, and its exit code is nobody's vote. */
function fullOutput() {
  for (const args of ['--version', '--help']) {
    const script = `exec '${join(directory, 'pvf')}' ${args} >/dev/full`;
    const { status, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8', timeout: 120_000 });
    assert.equal(status, 70);
    assert.match(stderr, /^pvf: cannot write to standard output/);
  }
}

/** The workers beside `pvf` prepare and execute, with every layer of isolation. */
function validate() {
  const { candidates } = JSON.parse(
    output('pvf', validateArguments(), { HOME: directory, TMPDIR: directory }),
  );
  assert.equal(candidates[0].outcome.kind, 'valid');
}

function validateArguments() {
  const [first] = adderChain([5n]);
  const pov = join(directory, 'pov');
  writeFileSync(pov, first.blockData);
  const head = `0x${Buffer.from(first.parentHead).toString('hex')}`;
  return ['validate', '--json', '--no-cache', '--pvf', PVF, '--parent-head', head, '--pov', pov];
}

/** A worker that cannot have the stack that V8 is told of does not start. */
function stackLimit() {
  rmSync(join(directory, 'pvf-version'));
  const program = join(directory, 'pvf-execute-worker');
  const command = `ulimit -H -s 100000 && "${program}" --version && exec "${program}" execute-worker --socket-path s --worker-dir-path /`;
  const { status, stderr } = spawnSync('/bin/sh', ['-c', command], { env: {}, encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /the limit of STACK is 102400000 bytes/);
  execFileSync(program, ['--version'], { env: { NODE_OPTIONS: '--no-such-option' } });
}

/** Test files of a package, with the standalone programs in place of the launchers. */
function tests(name, files) {
  const cwd = join(root, 'packages', name);
  const vitest = join(cwd, 'node_modules/vitest/vitest.mjs');
  const env = { ...process.env, PVF_WORKERS: directory };
  const filters = files.map((file) => `test/${file}.test.ts`);
  execFileSync(process.execPath, [vitest, 'run', ...filters], { cwd, env, stdio: 'inherit' });
}
