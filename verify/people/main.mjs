// `npm run people [-- --node MAJOR]`: see README.md.
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { playDeveloper } from './developer.mjs';
import { installNodes, installPackages } from './install.mjs';
import { playOperator } from './operator.mjs';
import { Person } from './person.mjs';

const MAJORS = ['20', '22', '24'];
/** The host package says so in its `engines`. */
const OLDEST_OF_HOST = 22;
/** Of `nobody`, who owns nothing. */
const ORDINARY = { uid: 65_534, gid: 65_534 };

const { values } = parseArgs({ options: { node: { type: 'string' } } });
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
  installPackages(installed, join(work, 'tarballs'));
  const nodes = installNodes(join(work, 'nodes'), majors);
  for (const [major, nodeBin] of nodes)
    for (const [who, user] of users) {
      await play(`developer, Node ${major}, ${who}`, { nodeBin, user, installed }, playDeveloper);
      await play(`operator, Node ${major}, ${who}`, { nodeBin, user, installed }, (person) =>
        playOperator(person, Number(major) >= OLDEST_OF_HOST),
      );
    }
} finally {
  rmSync(work, { recursive: true, force: true });
}
const seconds = ((Date.now() - started) / 1000).toFixed(0);
console.log(`${failures === 0 ? 'all get there' : `${failures} do not get there`}, ${seconds} s`);
process.exitCode = failures === 0 ? 0 : 1;

async function play(name, setting, act) {
  const folder = join(work, 'folder');
  mkdirSync(folder);
  const { uid, gid } = setting.user;
  if (uid !== undefined) chownSync(folder, uid, gid);
  try {
    console.log(`ok   ${name}: ${await act(new Person({ ...setting, folder }))}`);
  } catch (error) {
    failures += 1;
    console.log(`BAD  ${name}: ${error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
