// How the program ends, as a shell sees it. A crash must never look like a verdict.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT } from '@pvf/cli';
import { ADDER_PVF_PATH } from '@pvf/example-adder-pvf';
import { guest } from '@pvf/test-kit';
import { afterAll, describe, expect, test } from 'vitest';
import { temporaryDirectory, temporaryFile } from './files.ts';
import { expectSchema } from './schema.ts';

const PVF = fileURLToPath(new URL('../bin/pvf', import.meta.url));
const host = createRequire(import.meta.url).resolve('@pvf/host/package.json');
const prepareWorker = createRequire(host).resolve('@pvf/prepare-worker/package.json');
const PREPARE_WORKER = join(dirname(prepareWorker), 'bin', 'pvf-prepare-worker');

const common = mkdtempSync(join(tmpdir(), 'pvf-cli-test-'));
afterAll(() => rmSync(common, { recursive: true, force: true }));
const cacheDir = join(common, 'cache');
mkdirSync(cacheDir);
const rejected = join(common, 'rejected.wasm');
writeFileSync(rejected, guest('sign-extension'));

/** A shell's `$1` is the program, `$2` the cache, `$3` the PVF. Ends with the program's own status. */
function shell(script: string, pvf = ADDER_PVF_PATH, program = PVF) {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', program, cacheDir, pvf], {
    encoding: 'utf8',
    // Above all that it may wait for: five starts of a worker with pauses of 3 s.
    timeout: 100_000,
  });
  return { status, stdout, stderr };
}
const PRECHECK = '"$1" precheck -q --cache-dir "$2" "$3"';

/** Not the reader's. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's.
const OWN_STATUS = 'exit "${PIPESTATUS[0]}"';

/** One line of cause, at most one of remedy, and no word of a defect. */
function expectOneLine(stderr: string): void {
  expect(stderr).toMatch(/^pvf: [^\n]+\n( {2}[^\n]+\n)?$/);
  expect(stderr).not.toContain('defect');
}

describe('whoever reads, the verdict’s code stands', () => {
  test.each([
    ['nobody reads', `| true; ${OWN_STATUS}`],
    ['the reader takes one line', `| head -1 >/dev/null; ${OWN_STATUS}`],
    ['standard input is closed', '<&-'],
    ['standard output is closed', '>&-'],
    ['standard error is closed', '2>&-'],
    ['standard error takes nothing', '2>/dev/full'],
    ['all are closed', '<&- >&- 2>&-'],
  ])('%s', (_, end) => {
    expect(shell(`${PRECHECK} ${end}`)).toMatchObject({ status: EXIT.ok, stderr: '' });
    expect(shell(`${PRECHECK} ${end}`, rejected)).toMatchObject({ status: EXIT.against, stderr: '' });
  });

  test('nobody reads any of many answers', () => {
    const files = Array.from({ length: 5 }, () => '"$3"').join(' ');
    const script = `"$1" precheck -q --cache-dir "$2" ${files} | true; ${OWN_STATUS}`;
    expect(shell(script)).toMatchObject({ status: EXIT.ok, stderr: '' });
  });
});

test('a current directory that is gone is told as that', () => {
  const gone = join(common, 'gone');
  const { status, stderr } = shell(
    `mkdir ${gone} && cd ${gone} && rmdir ${gone} && ${PRECHECK} 2>&1 >&2 | grep ^pvf >&2; ${OWN_STATUS}`,
  );
  expect(status).toBe(EXIT.badInput);
  expect(stderr).toMatch(
    /^pvf: the current directory of this process cannot be told .*change to a directory that exists/,
  );
});

describe('where the answer cannot be written there is none', () => {
  test.each([
    ['a precheck', PRECHECK],
    ['JSON', `${PRECHECK} --json`],
    ['a report', '"$1" inspect "$3"'],
    ['help', '"$1" --help'],
    ['the version', '"$1" --version'],
  ])('%s', (_, command) => {
    const { status, stderr } = shell(`${command} >/dev/full`);
    expect(status).toBe(EXIT.defect);
    expectOneLine(stderr);
    expect(stderr).toContain('standard output');
  });
});

/** A package whose main module is this. */
function installation(main: string | undefined): string {
  const dir = temporaryDirectory();
  for (const each of ['bin', 'dist']) mkdirSync(join(dir, each));
  cpSync(PVF, join(dir, 'bin', 'pvf'));
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }');
  if (main !== undefined) writeFileSync(join(dir, 'dist', 'main.js'), main);
  return join(dir, 'bin', 'pvf');
}

describe('a broken installation is no verdict', () => {
  test.each([
    ['is missing', undefined],
    ['is cut off', 'const x = {'],
    ['lacks a dependency', "import '@pvf/host';"],
    ['lacks a file', "import './chunk-that-is-gone.js';"],
    ['throws', "throw new Error('no')"],
    ['throws later', "setTimeout(() => { throw new Error('no') })"],
    ['rejects', "Promise.reject(new Error('no'))"],
  ])('its program %s', (_, main) => {
    const { status, stderr } = shell('"$1" --version', '', installation(main));
    expect(status).toBe(EXIT.defect);
    expectOneLine(stderr);
    expect(stderr).toContain('reinstall @pvf/cli');
  });

  test('told as JSON, too', () => {
    const { status, stdout } = shell('"$1" --version --json', '', installation("throw new Error('no')"));
    expect(status).toBe(EXIT.defect);
    expect(expectSchema(stdout)).toMatchObject({
      exitCode: EXIT.defect,
      error: { code: 'BROKEN_INSTALLATION', remedy: 'reinstall @pvf/cli' },
    });
  });

  test('its program waits for what never comes', () => {
    const { status } = shell('"$1" --version', '', installation('await new Promise(() => {})'));
    expect(status).toBe(EXIT.defect);
  });
});

describe('a machine that lacks something', () => {
  /** In a user and mount namespace, which an ordinary user may make, too. */
  const mounted = (mount: string, command: string) =>
    shell(`exec unshare -Urm bash -c '${mount} && exec "\${@:2}"' bash "$2" ${command}`);

  // What the host makes before it can serve, one more each time, and then for its first job.
  test.each([1, 2, 3, 4, 5])('%s free inodes', (inodes) => {
    const { status, stdout, stderr } = mounted(
      `mount -t tmpfs -o mode=700,nr_inodes=${inodes} none "$1"`,
      PRECHECK,
    );
    expect(status).toBe(EXIT.defect);
    if (stdout === '') expectOneLine(stderr);
    else expect(stdout).toMatch(/: not decided, (.|\n)*ENOSPC/);
  });

  test('told as JSON, too', () => {
    const { status, stdout } = mounted(
      'mount -t tmpfs -o mode=700,nr_inodes=1 none "$1"',
      `${PRECHECK} --json`,
    );
    expect(status).toBe(EXIT.defect);
    expect(expectSchema(stdout).exitCode).toBe(EXIT.defect);
  });

  test('a disk without room for the artifact', () => {
    const { status, stdout } = mounted('mount -t tmpfs -o mode=700,size=4k none "$1"', PRECHECK);
    expect(status).toBe(EXIT.defect);
    expect(stdout).toContain('not decided, a disk is full');
  });

  test('too few processes for Node, which would hang', () => {
    const program = installation('process.exitCode = 0;');
    chmodSync(join(program, '..', '..'), 0o755);
    // Root has no such limit.
    const user = process.getuid?.() === 0 ? 'setpriv --reuid 65534 --regid 65534 --clear-groups' : '';
    const { status, stderr } = shell(`${user} bash -c 'ulimit -u 5; exec "$0" --version' "$1"`, '', program);
    expect(status).toBe(EXIT.badInput);
    expect(stderr).toMatch(/ulimit -u|fork/);
  });

  test('workers on a noexec mount', () => {
    const worker = temporaryFile('worker', '#!/bin/sh\n');
    chmodSync(worker, 0o755);
    const dir = join(worker, '..');
    const mount = `mount --bind ${dir} ${dir} && mount -o remount,bind,noexec ${dir}`;
    const { status, stderr } = mounted(mount, `${PRECHECK} --prepare-worker ${worker}`);
    expect(status).toBe(EXIT.badInput);
    expectOneLine(stderr);
    expect(stderr).toContain('noexec');
    expect(stderr).not.toContain('chmod');
  });

  test('a worker that answers its flags and never connects is waited for to the end', () => {
    const worker = temporaryFile(
      'flaky-prepare',
      `#!/bin/sh\ncase "$*" in *--socket-path*) exit 1;; esac\nexec '${PREPARE_WORKER}' "$@"\n`,
    );
    chmodSync(worker, 0o755);
    const script = `"$1" precheck -q --cache-dir ${temporaryDirectory()} --prepare-worker ${worker} "$3"`;
    const { status, stderr } = shell(script);
    // The trial at the start meets it.
    expect(status).toBe(EXIT.badInput);
    expectOneLine(stderr);
    expect(stderr).toContain('exit status 1');
  });
});

test('a module without anything in it is an answer like any other', () => {
  const empty = temporaryFile('empty.wasm', Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const { status, stdout, stderr } = shell(PRECHECK, empty);
  expect([status, stderr]).toEqual([EXIT.ok, '']);
  expect(stdout).toContain('accepted');
});
