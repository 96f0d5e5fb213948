import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const NOBODY = 65_534;
const SOURCE = join(import.meta.dirname, '..', '..');

let staged: string | undefined;

/** True if an unprivileged user can run this Node and read this package: not in a checkout under /root, for instance. */
function isReachable(): boolean {
  const script = `require('node:fs').readdirSync(${JSON.stringify(join(SOURCE, 'test', 'fixtures'))})`;
  return spawnSync(process.execPath, ['-e', script], { uid: NOBODY, gid: NOBODY, cwd: '/' }).status === 0;
}

/** Before all tests: as root, gives an unprivileged user a copy of what it cannot reach. */
export function setup(): void {
  // SANDBOX_LINUX_TEST_STAGE=1 makes the copy in any case
  if (process.getuid?.() !== 0 || (process.env.SANDBOX_LINUX_TEST_STAGE !== '1' && isReachable())) return;
  staged = mkdtempSync(join(tmpdir(), 'sandbox-linux-'));
  chmodSync(staged, 0o755);
  for (const part of ['src', 'dist', 'test', 'package.json'])
    cpSync(join(SOURCE, part), join(staged, part), { recursive: true });
  // koffi and the package with its native file lie side by side
  const modules = dirname(realpathSync(join(SOURCE, 'node_modules', 'koffi')));
  cpSync(modules, join(staged, 'node_modules'), { recursive: true, dereference: true });
  mkdirSync(join(staged, 'bin'));
  const node = join(staged, 'bin', 'node');
  try {
    linkSync(realpathSync(process.execPath), node);
  } catch {
    // another file system
    copyFileSync(process.execPath, node);
  }
  process.env.SANDBOX_LINUX_TEST_PACKAGE = staged;
  process.env.SANDBOX_LINUX_TEST_NODE = node;
}

export function teardown(): void {
  if (staged !== undefined) rmSync(staged, { recursive: true });
}
