// The part of `npm run fuzz -- --target syscalls` that runs programs as `sandbox-linux run` does: random system calls in a
// sandbox with all layers, a canary outside that must be untouched. Arguments: minutes, seed. Status 1: a finding.
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  ALL_NAMESPACES,
  DEFAULT_DENIED,
  SYSTEM_DEVICES,
  spawnSandboxed,
} from '../../packages/sandbox-linux/dist/index.js';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const FLAGS = ['--single-threaded', '--v8-pool-size=0', '--disable-sigusr1', '--no-warnings'];
const ROUND_SECONDS = 4;
const MS_PER_MINUTE = 60_000;

const [minutes = 1, seed = 1] = process.argv.slice(2).map(Number);
const outside = mkdtempSync(join(tmpdir(), 'sandbox-fuzz-'));
chmodSync(outside, 0o777);
const victim = join(outside, 'victim');
writeFileSync(victim, 'secret');
chmodSync(victim, 0o666);
const before = statSync(victim, { bigint: true });
/** Given to every sandbox, and the machine's own. */
const devices = () =>
  SYSTEM_DEVICES.map(
    (device) => `${device} ${statSync(device).mode.toString(8)} ${statSync(device).uid}`,
  ).join();
const devicesBefore = devices();
let reached = 0;
const hit = (kind) => () => {
  reached++;
  console.error(`the ${kind} outside was reached`);
};
const servers = [join(outside, 'socket'), `\0sandbox-fuzz-${process.pid}`].map((path) =>
  createServer(hit('Unix socket')).listen(path),
);
const tcp = createServer(hit('TCP port')).listen(0, '127.0.0.1');
const udp = createSocket('udp4').on('message', hit('UDP port')).bind(0, '127.0.0.1');
const bystander = spawn('sleep', ['1000000'], { stdio: 'ignore' });
let bystanderEnded = false;
bystander.once('exit', () => {
  bystanderEnded = true;
});
const name = hostname();

function changes() {
  const now = statSync(victim, { bigint: true });
  const found = [];
  if (readFileSync(victim, 'utf8') !== 'secret') found.push('the file outside has another content');
  for (const key of ['mode', 'uid', 'gid', 'mtimeNs', 'ctimeNs', 'nlink'])
    if (now[key] !== before[key]) found.push(`the file outside has another ${key}`);
  const names = readdirSync(outside).sort().join();
  if (names !== 'socket,victim') found.push(`outside there is ${names}`);
  if (devices() !== devicesBefore) found.push(`devices are ${devices()}`);
  if (bystanderEnded) found.push('a process outside has ended');
  if (hostname() !== name) found.push('the machine has another name');
  if (reached > 0) found.push('something outside was reached');
  return found;
}

const node = process.execPath;
const policy = {
  files: {
    system: true,
    temporary: true,
    execute: [node, join(root, 'packages'), join(root, 'node_modules'), here],
  },
  network: { access: 'none' },
  scopes: { scopes: ['abstract-unix-socket', 'signal'], enforce: 'best-effort' },
  syscalls: { deny: DEFAULT_DENIED },
  namespaces: { namespaces: ALL_NAMESPACES.filter((each) => each !== 'net'), enforce: 'best-effort' },
  limits: { wallMs: 3 * ROUND_SECONDS * 1000, memoryBytes: 1 << 30, processes: 200, fileBytes: 1 << 24 },
};
const end = performance.now() + minutes * MS_PER_MINUTE;
let rounds = 0;
let programs = 0;
const findings = [];
try {
  for (; findings.length === 0 && (rounds === 0 || performance.now() < end); rounds++) {
    const own = seed + rounds * 100_000;
    const args = [...FLAGS, join(here, 'inside.mjs'), String(own), String(ROUND_SECONDS)];
    const child = spawnSandboxed(
      node,
      [...args, victim, outside, '/proc/1/mem', '/sys/kernel', '/dev/shm/x'],
      policy,
      { cwd: '/' },
    );
    let output = '';
    child.stdout.on('data', (chunk) => {
      if (output.length < 1000) output += chunk.toString('latin1');
    });
    child.stderr.resume();
    const { reason } = await child.ended;
    if (reason.type === 'sandbox-failed' || reason.type === 'not-started') findings.push(reason.message);
    programs += Number(/(\d+) programs/.exec(output)?.[1] ?? 0);
    findings.push(...changes());
    if (findings.length > 0) console.error(`sandbox, seed ${own}: ${findings.join('; ')}`);
  }
} finally {
  for (const server of [...servers, tcp]) server.close();
  udp.close();
  bystander.kill('SIGKILL');
  rmSync(outside, { recursive: true, force: true });
}
if (findings.length > 0) process.exitCode = 1;
else console.log(`sandboxes: ${rounds}, in those that lived to tell ${programs} programs, nothing found`);
