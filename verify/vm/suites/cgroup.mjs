// Control groups where memory and pids are delegated: found and used, limits enforced, killed whole, swept.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { NODE_FLAGS } from '../../../packages/worker/test/isolation/take-over.ts';
import { DELEGATED, hostIn, scriptIn, startHostIn } from '../unit.mjs';

const MIB = 1024 ** 2;
const USER = 'User=pvf';
const SAMPLE_MS = 5;
const GONE_MS = 200;
const RUNNER = join(import.meta.dirname, '../../../packages/worker/test/isolation/memory.runner.ts');

export async function run(report) {
  for (const user of [[USER], []]) {
    const who = user.length === 0 ? 'root' : 'an ordinary user';
    for (const delegated of [true, false])
      for (const { what, wrong } of scriptIn([...user, ...(delegated ? DELEGATED : [])], 'sandbox.mjs', {
        delegated,
      }))
        report(`${who}, sandbox-linux run, ${delegated ? '' : 'not '}delegated: ${what}`, wrong);
    const [first, last] = hostIn([...user, ...DELEGATED]);
    report(
      `${who}, delegated: the layer works`,
      first.error ?? (first.security.cgroup.available ? '' : first.security.cgroup.reason),
    );
    report(`${who}, delegated: answers`, differs(new Set(first.answers), new Set(['right'])));
    report(`${who}: the host stays in its own group`, first.stayed ? '' : 'it was moved');
    report(
      `${who}: each worker and each template has its group and its limits`,
      wrongGroups(first.groups ?? []),
    );
    report(`${who}: nothing is left after close`, differs(last?.left, []));
    const [bare] = hostIn(user);
    report(
      `${who}, not delegated: starts without, and says how`,
      bare.error ?? lacks(bare.security.cgroup, 'Delegate=yes'),
    );
    report(`${who}, not delegated: answers`, differs(new Set(bare.answers), new Set(['right'])));
    const [whole] = hostIn([...user, 'Delegate=yes']);
    report(
      `${who}, delegated but in the group itself: says how`,
      whole.error ?? lacks(whole.security.cgroup, 'DelegateSubgroup'),
    );
    report(`${who}: the host stays in that group`, whole.stayed ? '' : 'it was moved');
    const [off] = hostIn([...user, ...DELEGATED], { options: { cgroup: false } });
    report(`${who}, option false: goes without`, off.error ?? lacks(off.security.cgroup, 'switched off'));
    const [named] = hostIn(user, { options: { cgroup: '/sys/fs/cgroup/system.slice' } });
    report(
      `${who}, option with a group that others use: refuses`,
      named.code === 'INVALID_OPTION' || user.length === 0 ? '' : JSON.stringify(named),
    );
  }
  await kills(report);
  for (const watched of [false, true]) await memory(report, watched);
}

function differs(value, expected) {
  const [a, b] = [value, expected].map((each) => JSON.stringify(each instanceof Set ? [...each] : each));
  return a === b ? '' : `${a}, not ${b}`;
}

const lacks = ({ available, reason }, words) =>
  !available && reason.includes(words) ? '' : `available ${available}: ${reason}`;

function wrongGroups(groups) {
  const workers = groups.filter(({ path }) => /\/(?:prepare|execute)-\d+\/worker$/.test(path));
  const slots = groups.filter(({ path, processes }) => /\/slot-\d+$/.test(path) && processes > 0);
  if (workers.length < 2 || workers.some(({ processes }) => processes < 1))
    return `workers: ${JSON.stringify(groups)}`;
  if (workers.some((group) => group['cpu.weight'] !== '1000')) return `weights: ${JSON.stringify(workers)}`;
  const right = (slot) =>
    slot['memory.oom.group'] === '1' &&
    slot['pids.max'] === '4' &&
    Number(slot['memory.max']) > 2 ** 31 &&
    slot['memory.swap.max'] !== 'max';
  return slots.length > 0 && slots.every(right) ? '' : `slots: ${JSON.stringify(groups)}`;
}

/** What is left of a host's processes and groups when it, or a worker, was killed. */
async function kills(report) {
  const host = await startHostIn([USER, ...DELEGATED, 'KillMode=process', 'Restart=no']);
  const [top] = readdirSync(host.group).filter((name) => name.startsWith('pvf-'));
  const inTop = () => processesBelow(join(host.group, top));
  const worker = readdirSync(join(host.group, top)).find((name) => name.startsWith('execute-'));
  const [pid] = readFileSync(join(host.group, top, worker, 'worker/cgroup.procs'), 'utf8').split('\n');
  process.kill(Number(pid), 'SIGKILL');
  await pause(GONE_MS);
  report(
    'nothing of a worker is left after SIGKILL',
    differs(processesBelow(join(host.group, top, worker)), []),
  );
  process.kill(host.first.pid, 'SIGKILL');
  await pause(GONE_MS);
  report('nothing of a host is left after SIGKILL', differs(inTop(), []));
}

function processesBelow(path) {
  try {
    const own = readFileSync(join(path, 'cgroup.procs'), 'utf8')
      .split('\n')
      .filter((pid) => pid !== '');
    const groups = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [...own, ...groups.flatMap(({ name }) => processesBelow(join(path, name)))];
  } catch {
    return [];
  }
}

/** Jobs and templates that take all the memory that they get, at the limits of production, sampled from outside. */
async function memory(report, watched) {
  const limitMib = 2048 + 128;
  const base = `/sys/fs/cgroup/pvf-memory-${watched}`;
  mkdirSync(base);
  writeFileSync('/sys/fs/cgroup/cgroup.subtree_control', '+memory +pids');
  const directory = `/tmp/pvf-memory-${watched}`;
  mkdirSync(directory);
  const order = { directory, limitMib, greedMib: 3 * 1024, watched, cgroup: base };
  const child = spawn(process.execPath, [...NODE_FLAGS, RUNNER, JSON.stringify(order)], {
    env: {},
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
  let ended = false;
  child.once('close', () => (ended = true));
  let most = 0;
  while (!ended) {
    for (const name of slotsIn(base)) most = Math.max(most, numberIn(join(base, name, 'memory.current')));
    await pause(SAMPLE_MS);
  }
  const peaks = slotsIn(base).map((name) => numberIn(join(base, name, 'memory.peak')));
  const how = watched ? 'watched as well' : 'by the kernel alone';
  const outcomes = said === '' ? {} : JSON.parse(said);
  const { alone, loading, together, modest } = outcomes;
  report(
    `memory, ${how}: what takes too much is told apart as such`,
    differs(
      { modest, alone, loading, together },
      { modest: 'exited 0', alone: 'memory-limit', loading: 'not loaded', together: 'memory-limit' },
    ),
  );
  const percent = (bytes) => Math.round((100 * bytes) / (limitMib * MIB));
  report(
    `memory, ${how}: no job holds more than its limit and a tenth (sampled ${percent(most)} %, the kernel's peak ${percent(Math.max(0, ...peaks))} %)`,
    Math.max(most, ...peaks) <= 1.1 * limitMib * MIB && most > limitMib * MIB * 0.5 ? '' : `${most} ${peaks}`,
  );
}

const slotsIn = (base) => readdirSync(base).filter((name) => name.startsWith('slot-'));

function numberIn(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}
