// `npm run people [-- --node MAJOR]`: see README.md.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { playBinaryUser } from './binary-user.mjs';
import { playDeveloper } from './developer.mjs';
import { playImplementer } from './implementer.mjs';
import { installNodes, installPackages, packPackages } from './install.mjs';
import { playOperator } from './operator.mjs';
import { Person } from './person.mjs';
import { playSandboxUser } from './sandbox-user.mjs';

const MAJORS = ['20', '22', '24'];
/** The host package says so in its `engines`. */
const OLDEST_OF_HOST = 22;
/** Of `nobody`, who owns nothing. */
const ORDINARY = { uid: 65_534, gid: 65_534 };

/** What each of them has until they have what they came for. */
const PATIENCE_S = 300;
const root = join(import.meta.dirname, '../..');

const { values } = parseArgs({
  options: { node: { type: 'string' }, who: { type: 'string' }, release: { type: 'string' } },
});
const majors = values.node === undefined ? MAJORS : [values.node];
const users =
  process.getuid() === 0
    ? [
        ['root', {}],
        ['an ordinary user', ORDINARY],
      ]
    : [['an ordinary user', {}]];

const started = Date.now();
const work = mkdtempSync(join(tmpdir(), 'pvf-people-'));
let failures = 0;
try {
  chmodSync(work, 0o755);
  const installed = join(work, 'installed');
  const files = packPackages(join(work, 'tarballs'));
  installPackages(installed, files);
  const sandbox = join(work, 'sandbox');
  const ofSandbox = ['@pvf/linux', '@pvf/sandbox-linux'];
  installPackages(sandbox, new Map(ofSandbox.map((name) => [name, files.get(name)])));
  const release = copyOf(releaseFolder());
  const nodes = installNodes(join(work, 'nodes'), majors);
  for (const [major, nodeBin] of nodes)
    for (const [who, user] of users) {
      const name = (role) => `${role}, Node ${major}, ${who}`;
      const setting = { nodeBin, user, installed };
      const hasHost = Number(major) >= OLDEST_OF_HOST;
      await play(name('developer'), setting, playDeveloper);
      await play(name('operator'), setting, (person) => playOperator(person, hasHost));
      await play(name('sandbox'), { ...setting, installed: sandbox }, playSandboxUser);
      if (hasHost) await play(name('implementer'), { ...setting, release }, playImplementer);
    }
  for (const [who, user] of users)
    await play(`binary, no Node, ${who}`, { user, release, path: './pvf-release' }, playBinaryUser);
} finally {
  rmSync(work, { recursive: true, force: true });
}
const seconds = ((Date.now() - started) / 1000).toFixed(0);
console.log(`${failures === 0 ? 'all get there' : `${failures} do not get there`}, ${seconds} s`);
process.exitCode = failures === 0 ? 0 : 1;

/** The one that was named, else the one in the checkout; made if there is none. */
function releaseFolder() {
  const folder = resolve(values.release ?? join(root, 'dist-bin'));
  if (values.release === undefined && !existsSync(join(folder, 'SHA256SUMS')))
    execFileSync(process.execPath, [join(root, 'scripts/binary/main.mjs')], { stdio: 'inherit' });
  return folder;
}

/** Where ordinary users find it. */
function copyOf(folder) {
  const copy = join(work, 'release');
  execFileSync('cp', ['-a', folder, copy]);
  return copy;
}

async function play(name, setting, act) {
  if (values.who !== undefined && !name.startsWith(values.who)) return;
  const began = Date.now();
  const folder = join(work, 'folder');
  mkdirSync(folder);
  const { uid, gid } = setting.user;
  if (uid !== undefined) chownSync(folder, uid, gid);
  try {
    const got = await act(new Person({ ...setting, folder }));
    const seconds = Math.round((Date.now() - began) / 1000);
    if (seconds > PATIENCE_S) throw new Error(`gave up after ${seconds} s`);
    console.log(`ok   ${name}: ${got}, ${seconds} s`);
  } catch (error) {
    failures += 1;
    console.log(`BAD  ${name}: ${error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
