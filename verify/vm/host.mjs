// Started by suites in units of systemd: a host that validates some candidates of the example PVF, or prints why it does
// not start. Prints JSON lines: one when it has done so, and one after `close()`, unless it is told to stay.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PvfHost } from '@pvf/host';
import { validateSome } from './candidates.mjs';

const { options = {}, base, stay = false } = JSON.parse(process.argv[2] ?? '{}');

const own = () => readFileSync('/proc/self/cgroup', 'utf8').trim();
const before = own();
try {
  // Everything is emulated here.
  const host = await PvfHost.start({ executeWorkers: 1, spawnTimeoutMs: 300_000, ...options });
  const answers = await validateSome(host);
  const { security, lost, tried } = host.status();
  const groups = base === undefined ? undefined : groupsBelow(base);
  say({ security, lost, tried, answers, groups, stayed: own() === before, pid: process.pid });
  if (stay) await pause(2 ** 30);
  await host.close();
  if (base !== undefined) say({ left: groupsBelow(base) });
} catch (error) {
  say({ error: error.message, code: error.code, stayed: own() === before });
}

function say(what) {
  console.log(JSON.stringify(what));
}

/** All groups of hosts, with their limits and the names of their processes. */
function groupsBelow(directory) {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && (directory !== base || entry.name.startsWith('pvf-')))
    .flatMap(({ name }) => {
      const path = join(directory, name);
      const value = (file) =>
        existsSync(join(path, file)) ? readFileSync(join(path, file), 'utf8').trim() : null;
      const processes = (value('cgroup.procs') ?? '').split('\n').filter((pid) => pid !== '');
      const limits = Object.fromEntries(
        ['memory.max', 'memory.swap.max', 'memory.oom.group', 'pids.max', 'cpu.weight'].map((file) => [
          file,
          value(file),
        ]),
      );
      return [
        { path: path.slice(base.length), processes: processes.length, ...limits },
        ...groupsBelow(path),
      ];
    });
}
