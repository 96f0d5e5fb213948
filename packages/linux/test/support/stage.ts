import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const NOBODY = 65_534;
const PACKAGES = join(import.meta.dirname, '..', '..', '..');
/** Both packages, for the tests of the upper use these tests' support, and its sources the built lower one. */
const STAGED = ['linux', 'sandbox-linux'];

let staged: string | undefined;

/** True if an unprivileged user can run this Node and read this package: not in a checkout under /root, for instance. */
function isReachable(): boolean {
  const script = `require('node:fs').readdirSync(${JSON.stringify(join(PACKAGES, 'linux', 'test', 'fixtures'))})`;
  return spawnSync(process.execPath, ['-e', script], { uid: NOBODY, gid: NOBODY, cwd: '/' }).status === 0;
}

/** Before all tests: as root, gives an unprivileged user a copy of what it cannot reach. */
export function setup(): void {
  // LINUX_TEST_STAGE=1 makes the copy in any case
  if (process.getuid?.() !== 0 || (process.env.LINUX_TEST_STAGE !== '1' && isReachable())) return;
  staged = mkdtempSync(join(tmpdir(), 'linux-test-'));
  chmodSync(staged, 0o755);
  for (const folder of STAGED)
    for (const part of ['src', 'dist', 'test', 'package.json']) {
      const source = join(PACKAGES, folder, part);
      // the upper package is not built yet where only the lower one is tested
      if (existsSync(source)) cpSync(source, join(staged, folder, part), { recursive: true });
    }
  // koffi and the package with its native file lie side by side
  const modules = dirname(realpathSync(join(PACKAGES, 'linux', 'node_modules', 'koffi')));
  cpSync(modules, join(staged, 'linux', 'node_modules'), { recursive: true, dereference: true });
  mkdirSync(join(staged, 'sandbox-linux', 'node_modules', '@pvf'), { recursive: true });
  symlinkSync('../../../linux', join(staged, 'sandbox-linux', 'node_modules', '@pvf', 'linux'));
  mkdirSync(join(staged, 'bin'));
  const node = join(staged, 'bin', 'node');
  try {
    linkSync(realpathSync(process.execPath), node);
  } catch {
    // another file system
    copyFileSync(process.execPath, node);
  }
  process.env.LINUX_TEST_PACKAGES = staged;
  process.env.LINUX_TEST_NODE = node;
}

export function teardown(): void {
  if (staged !== undefined) rmSync(staged, { recursive: true });
}
