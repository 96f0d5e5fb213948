// What the execute workers below this process take up, as the kernel tells.
import { readdirSync, readFileSync } from 'node:fs';

const BYTES_PER_KIB = 1024;

/** All processes below `root`, itself not among them. */
export function descendants(root) {
  const children = new Map();
  for (const [pid, parent] of parents()) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const below = (pid) => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(root);
}

/** Process → its parent, of all that this user sees. */
function parents() {
  const found = new Map();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      found.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

/** Proportional set size of these processes in bytes; NaN where the kernel does not let this user see it. */
export function pssOf(pids) {
  let total = 0;
  for (const pid of pids) {
    try {
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      total += Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1]) * BYTES_PER_KIB;
    } catch (error) {
      if (error.code === 'EACCES' || error.code === 'EPERM') return Number.NaN;
    }
  }
  return total;
}

/** The execute workers of a host: they are told a directory below its own. */
export function workersIn(directory) {
  return executeWorkersBelow(process.pid).filter((pid) => {
    const words = commandLine(pid);
    return words[words.indexOf('--worker-dir-path') + 1]?.startsWith(directory);
  });
}

/** Processes below `root` that were started as execute workers: what they have forked has their command line, and is not among them. */
export function executeWorkersBelow(root) {
  const all = descendants(root).filter((pid) => {
    const words = commandLine(pid);
    return words.includes('execute-worker') && words.includes('--worker-dir-path');
  });
  const parentOf = parents();
  return all.filter((pid) => !all.includes(parentOf.get(pid)));
}

/** Empty for a process that has ended. */
function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** Children of a process, the oldest first. */
export function childrenInOrder(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .map(Number);
  const started = (child) => {
    const stat = readFileSync(`/proc/${child}/stat`, 'utf8');
    // The 22nd field; the second one, a name in brackets, may have spaces in it.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  };
  return children
    .map((child) => ({ child, at: started(child) }))
    .sort((one, other) => one.at - other.at || one.child - other.child)
    .map(({ child }) => child);
}

/** What one process holds in bytes: its share of what it shares with others, and what nobody else has. */
export function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) * BYTES_PER_KIB;
  return { pssBytes: field('Pss'), privateBytes: field('Private_Clean') + field('Private_Dirty') };
}
