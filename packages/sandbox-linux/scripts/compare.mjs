// Tries the same things in this sandbox and in others that are installed, and prints a table: what each lets through, how
// long a program takes to start, what the sandbox itself holds in memory. `node scripts/compare.mjs [--srt PATH]`; the
// package has to be built. Others: bubblewrap and firejail from PATH, @anthropic-ai/sandbox-runtime's `srt` from --srt.
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const cli = join(dirname(fileURLToPath(import.meta.url)), '../dist/cli.js');
const { values } = parseArgs({ options: { srt: { type: 'string' } } });
const STARTS = 11;
const SETTLE_MS = 1500;

const base = mkdtempSync(join(homedir(), '.sandbox-compare-'));
const work = join(base, 'work');
mkdirSync(work);
const secret = join(base, 'secret');
writeFileSync(secret, 'secret', { mode: 0o600 });
const bystander = spawn('sleep', ['100000'], { stdio: 'ignore' });
const tcp = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
await new Promise((done) => tcp.once('listening', done));
const path = join(base, 'socket');
const abstract = `sandbox-compare-${process.pid}`;
const unix = [path, `\0${abstract}`].map((name) => createServer((socket) => socket.end()).listen(name));

/** Each line: what is tried, and an expression that is true if it worked. */
const ATTEMPTS = [
  ['read a file that was not given', `open(${JSON.stringify(secret)}).read() == "secret"`],
  ['learn that it exists, and its size', `os.stat(${JSON.stringify(secret)}).st_size == 6`],
  [
    'write a file outside',
    `open(${JSON.stringify(join(base, 'new'))}, "w").write("x") == 1 and os.path.exists(${JSON.stringify(join(base, 'new'))})`,
  ],
  [
    'connect to a TCP port of this machine',
    `socket.create_connection(("127.0.0.1", ${tcp.address().port}), 2) is not None`,
  ],
  ['connect to a Unix socket outside', `unix(${JSON.stringify(path)})`],
  ['connect to an abstract Unix socket outside', `unix("\\0${abstract}")`],
  [
    'see a process outside',
    `os.path.exists("/proc/${bystander.pid}/stat") and "sleep" in open("/proc/${bystander.pid}/stat").read()`,
  ],
  [
    'signal a process outside',
    `"sleep" in open("/proc/${bystander.pid}/stat").read() and os.kill(${bystander.pid}, 0) is None`,
  ],
  ['make a user namespace', 'libc.unshare(0x10000000) == 0'],
  ['set up io_uring', 'libc.syscall(425, 8, ctypes.create_string_buffer(200)) >= 0'],
  ['add a key to a keyring of the kernel', 'libc.syscall(248, b"user", b"k", b"v", 1, -2) >= 0'],
  ['load the userfaultfd of the kernel', 'libc.syscall(323, 1) >= 0'],
  [
    'leave a set-user-ID file in a directory that it may write',
    `setid(${JSON.stringify(join(work, 'setid'))})`,
  ],
];
const program = `
import os, socket, ctypes, json
libc = ctypes.CDLL(None, use_errno=True)
def unix(name):
    s = socket.socket(socket.AF_UNIX); s.settimeout(2); s.connect(name); return True
def setid(name):
    open(name, "w").close(); os.chmod(name, 0o4755); return os.stat(name).st_mode & 0o4000 != 0
def attempt(f):
    pid = os.fork()
    if pid == 0:
        try: os._exit(0 if f() else 1)
        except BaseException: os._exit(1)
    return os.waitpid(pid, 0)[1] == 0
print(json.dumps([${ATTEMPTS.map(([, expression]) => `attempt(lambda: ${expression})`).join(', ')}]))
`;
writeFileSync(join(work, 'try.py'), program);
const PYTHON = '/usr/bin/python3';

const links = ['bin', 'lib', 'lib64', 'sbin']
  .filter((name) => existsSync(`/${name}`))
  .flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]);
const srtSettings = join(base, 'settings.json');
writeFileSync(
  srtSettings,
  JSON.stringify({
    network: { allowedDomains: [], deniedDomains: [] },
    filesystem: { denyRead: [secret], allowWrite: [work], denyWrite: [] },
  }),
);
/** As each tool's manual begins: the system to read, one directory to write, no network. */
const TOOLS = {
  'sandbox-linux run': (command) => [process.execPath, cli, 'run', '--quiet', '--rw', work, '--', ...command],
  bubblewrap: (command) => [
    ...[
      'bwrap',
      '--ro-bind',
      '/usr',
      '/usr',
      '--ro-bind',
      '/etc',
      '/etc',
      ...links,
      '--proc',
      '/proc',
      '--dev',
      '/dev',
    ],
    ...[
      '--tmpfs',
      '/tmp',
      '--bind',
      work,
      work,
      '--unshare-all',
      '--die-with-parent',
      '--new-session',
      ...command,
    ],
  ],
  firejail: (command) => [
    'firejail',
    '--quiet',
    '--noprofile',
    '--net=none',
    '--private-tmp',
    '--caps.drop=all',
    '--seccomp',
    '--nonewprivs',
    `--read-only=/`,
    `--read-write=${work}`,
    `--blacklist=${secret}`,
    ...command,
  ],
  ...(values.srt === undefined
    ? {}
    : {
        'sandbox-runtime': (command) => [values.srt, '--settings', srtSettings, ...command],
      }),
};

function run(command) {
  return spawnSync(command[0], command.slice(1), { encoding: 'utf8', cwd: work, timeout: 60_000 });
}

/** Milliseconds from start to end of `true`, the middle of several. */
function startTime(tool) {
  const times = Array.from({ length: STARTS }, () => {
    const from = performance.now();
    run(tool(['/bin/true']));
    return performance.now() - from;
  }).sort((a, b) => a - b);
  return times[STARTS >> 1];
}

/** What the processes of a tool hold while a program sleeps, the program itself not counted: MiB, shared pages divided. */
async function memory(tool) {
  const [file, ...args] = tool(['/bin/sleep', '4.25']);
  const child = spawn(file, args, { stdio: 'ignore', cwd: work });
  await new Promise((done) => setTimeout(done, SETTLE_MS));
  let kib = 0;
  for (const pid of family(child.pid)) {
    if (read(`/proc/${pid}/cmdline`).startsWith('/bin/sleep')) continue;
    kib += Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
  }
  await new Promise((done) => child.once('close', done));
  return kib / 1024;
}

function read(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function family(pid) {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map(
    all.map((name) => [Number(name), Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${name}/status`))?.[1])]),
  );
  const members = new Set([pid]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const [child, parent] of parents)
      if (members.has(parent) && !members.has(child)) grown = !!members.add(child);
  }
  return [...members];
}

const columns = [];
let known;
try {
  for (const [name, tool] of Object.entries(TOOLS)) {
    rmSync(join(work, 'setid'), { force: true });
    rmSync(join(base, 'new'), { force: true });
    const { stdout, stderr, error } = run(tool([PYTHON, join(work, 'try.py')]));
    let results;
    try {
      results = JSON.parse(stdout.trim().split('\n').at(-1));
    } catch {
      console.error(`${name}: ${error?.message ?? stderr.trim().slice(0, 300)}`);
      continue;
    }
    // the one thing that shows only outside
    const outside = existsSync(join(base, 'new'));
    results = results.map((worked, i) => (ATTEMPTS[i][0] === 'write a file outside' ? outside : worked));
    results[results.length - 1] =
      (statSync(join(work, 'setid'), { throwIfNoEntry: false })?.mode & 0o4000) !== 0 &&
      existsSync(join(work, 'setid'));
    columns.push({ name, results, start: startTime(tool), memory: await memory(tool) });
  }
} finally {
  bystander.kill('SIGKILL');
  for (const server of [tcp, ...unix]) server.close();
  rmSync(base, { recursive: true, force: true });
}
const row = (cells) => console.log(`| ${cells.join(' | ')} |`);
row(['let through', ...columns.map(({ name }) => name)]);
row(Array.from({ length: columns.length + 1 }, () => '---'));
for (const [i, [label]] of ATTEMPTS.entries())
  row([label, ...columns.map(({ results }) => (results[i] ? '**yes**' : 'no'))]);
row(['time to run `true`, times bare', ...columns.map(({ start }) => `${(start / bare()).toFixed(0)}`)]);
row(['memory of the sandbox itself, MiB', ...columns.map(({ memory: mib }) => mib.toFixed(0))]);

function bare() {
  known ??= startTime((command) => command);
  return known;
}
