// Started by the cgroup suite in a service of systemd: `sandbox-linux run` with limits, where control groups are delegated
// and where they are not. Prints a line of JSON for each thing that was looked at.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const CHECKOUT = join(import.meta.dirname, '../..');
const CLI = join(CHECKOUT, 'packages/sandbox-linux/dist/cli.js');
const ATTEMPTS = join(CHECKOUT, 'packages/sandbox-linux/test/fixtures/attempts.ts');
const MIB = 1024 ** 2;
const LIMIT_MIB = 192;
/** Everything is emulated. */
const WALL = ['--wall', '240s'];
const STEP_MS = 50;
const PATIENCE = 400;
const { delegated, base } = JSON.parse(process.argv[2]);
const directory = mkdtempSync('/tmp/sandbox-vm-');
chmodSync(directory, 0o755);

const say = (what, wrong) => console.log(JSON.stringify({ what, wrong }));
const is = (value, expected) =>
  JSON.stringify(value) === JSON.stringify(expected)
    ? ''
    : `${JSON.stringify(value)}, not ${JSON.stringify(expected)}`;
const groupsIn = (path) => readdirSync(path).filter((name) => name.startsWith('sandbox-linux-'));
const groups = () => groupsIn(base);
const read = (...path) => readFileSync(join(base, ...path), 'utf8').trim();
const command = (options, program) => [CLI, 'run', '--json', '-', ...WALL, ...options, '--', ...program];

/** Runs a program to its end. @returns how it ended, and what it wrote */
function run(options, program) {
  const { stdout, stderr, error } = spawnSync(process.execPath, command(options, program), {
    encoding: 'utf8',
    timeout: 300_000,
  });
  const line = stderr.split('\n').find((text) => text.startsWith('{"reason"'));
  if (line === undefined) throw new Error(`no end of ${program.join(' ')}: ${error ?? ''}${stdout}${stderr}`);
  const end = JSON.parse(line);
  return { end, stdout, limits: end.outcomes.find(({ layer }) => layer === 'limits') };
}

const node = (script) => [process.execPath, '-e', script];
const attempt = (name) => [process.execPath, ATTEMPTS, name];
/** Of what it is made of, the whole checkout may be read. */
const READS = ['--ro', CHECKOUT];
const MEMORY = ['--mem', `${LIMIT_MIB}M`];
const HOG = `const a = []; for (let i = 0; i < 600; i++) a.push(Buffer.alloc(1e6, 1)); console.log('held')`;
const FILES = `const fs = require('node:fs'); let n = 0;
  try { for (; n < 600; n++) fs.writeFileSync('/tmp/f' + n, Buffer.alloc(1e6, 1)); } catch (e) { console.log(e.code); }`;
/** Children that nobody waits for, each of a few milliseconds. */
const UNWAITED =
  '$SIG{CHLD} = "IGNORE"; for (;;) { my $pid = fork; if (defined $pid && !$pid) { my $x = 0; $x++ while $x < 2e5; exit } select undef, undef, undef, 0.002 }';
const CROWD = `const { spawn } = require('node:child_process'); let failed = 0, made = 0;
  for (let i = 0; i < 60; i++) spawn('sleep', ['100']).on('error', () => failed++).on('spawn', () => made++);
  setTimeout(() => { console.log(JSON.stringify({ failed, made })); process.exit(0); }, 8000);`;

try {
  if (delegated) await inGroups();
  else bare();
} catch (error) {
  say('sandbox-linux run', error.stack);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function inGroups() {
  await looks();
  for (const [what, program, options = []] of [
    ['memory of its own', node(HOG)],
    ['memory in files of its /tmp', node(FILES)],
    ['memory in a memfd file', attempt('fill memfd'), READS],
    ['memory in System V segments', attempt('fill System V'), READS],
  ]) {
    const { end, limits, stdout } = run([...MEMORY, ...options], program);
    const peak = end.usage.peakMemoryBytes;
    const full = stdout.trim() === 'ENOSPC';
    say(`${what} is enforced`, is(limits.status, 'enforced'));
    say(`${what} ends it`, full ? '' : is(end.reason, { type: 'limit', limit: 'memory' }));
    say(`${what} never passes the limit`, peak > 0 && peak <= LIMIT_MIB * MIB ? '' : `${peak} bytes`);
  }
  const crowd = run(['--pids', '40'], node(CROWD));
  const { failed, made } = JSON.parse(crowd.stdout.trim() || '{}');
  say('processes are enforced', is(crowd.limits.status, 'enforced'));
  say('no more processes than the limit', failed > 0 && made < 40 ? '' : crowd.stdout);
  const unwaited = run(['--cpu', '3s'], ['perl', '-e', UNWAITED]);
  say('CPU time of children that nobody waits for is enforced', is(unwaited.limits.status, 'enforced'));
  say(
    'CPU time of children that nobody waits for ends it',
    is(unwaited.end.reason, { type: 'limit', limit: 'cpu' }),
  );
  say('nothing is left', is(groups(), []));
  await killed();
}

/** What a group is while the program runs. */
async function looks() {
  const program = ['sh', '-c', '(setsid sleep 1000 &) ; sleep 1000'];
  const child = spawn(process.execPath, command([...MEMORY, '--pids', '40', '--cpu', '60s'], program), {
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await until(() => groups().some((name) => sleeping(name).length === 2));
  const [name] = groups();
  const files = ['memory.max', 'memory.swap.max', 'memory.oom.group', 'pids.max'].map((file) =>
    read(name, file),
  );
  say('a group with its limits is made', is(files, [`${LIMIT_MIB * MIB}`, '0', '1', '40']));
  const handed = read('cgroup.subtree_control').split(' ');
  say(
    'controllers are handed down',
    ['memory', 'pids'].every((each) => handed.includes(each)) ? '' : handed.join(),
  );
  say(
    'its caller is not in it',
    read(name, 'cgroup.procs').split('\n').includes(`${child.pid}`) ? 'it is' : '',
  );
  const pids = sleeping(name);
  child.kill('SIGTERM');
  await ended;
  say(
    'it ends as a whole, what has left its session as well',
    is(
      pids.filter((pid) => existsSync(`/proc/${pid}`)),
      [],
    ),
  );
}

/** A caller that is killed leaves nothing. */
async function killed() {
  const child = spawn(
    process.execPath,
    command([...MEMORY], ['sh', '-c', '(setsid sleep 1000 &) ; sleep 1000']),
    {
      stdio: 'ignore',
    },
  );
  await until(() => groups().some((name) => sleeping(name).length === 2));
  const pids = groups().flatMap(sleeping);
  child.kill('SIGKILL');
  await until(() => groups().length === 0);
  say(
    'nothing is left after SIGKILL of its caller',
    is(
      pids.filter((pid) => existsSync(`/proc/${pid}`)),
      [],
    ),
  );
}

function sleeping(name) {
  try {
    return read(name, 'cgroup.procs')
      .split('\n')
      .filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'sleep');
  } catch {
    return [];
  }
}

async function until(condition) {
  for (let i = 0; i < PATIENCE; i++) {
    if (condition()) return;
    await pause(STEP_MS);
  }
  throw new Error(`waited too long; ${JSON.stringify(groups())}`);
}

/** Who may not make a group is told so, and what gets past; root may, beside its own. */
function bare() {
  const { end, limits } = run([...MEMORY, '--cpu', '60s'], node(HOG));
  say('memory of its own ends it', is(end.reason, { type: 'limit', limit: 'memory' }));
  say('nothing is left', is([base, dirname(base)].flatMap(groupsIn), []));
  if (process.getuid() === 0) {
    say('is enforced in a group beside its own', is(limits.status, 'enforced'));
    return;
  }
  say('is told as measured', is([limits.status, limits.missing], ['measured', []]));
  say(
    'what gets past is told',
    limits.passes?.some((text) => text.includes('tmpfs')) ? '' : JSON.stringify(limits),
  );
}
