import { descendants } from '../../bench/support/processes.mjs';

/** Kills one process among these workers and what is below them: a worker, a template or a job. @returns how many were killed */
export function killOne(workers, random) {
  const all = workers.flatMap((pid) => [pid, ...descendants(pid)]);
  if (all.length === 0) return 0;
  try {
    process.kill(all[Math.floor(random() * all.length)], 'SIGKILL');
    return 1;
  } catch {
    return 0;
  }
}
