import { readdirSync, readFileSync } from 'node:fs';
import { waitUntil } from '@pvf/test-kit';

/** Children of a process, eldest first, as the kernel lists them: process numbers begin anew, and tell no ages. */
export function childrenOf(pid: number): readonly number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  return list === '' ? [] : list.split(' ').map(Number);
}

/** A worker's only template, and the job of it that waits, once there are both. */
export async function templateAndJob(worker: number): Promise<{ template: number; waiting: number }> {
  const [template, waiting] = await waitUntil('a job waits', () => {
    const children = childrenOf(worker);
    return children.length === 2 && children;
  });
  return { template: template!, waiting: waiting! };
}

/** The process that ends all of a worker's when the worker ends, once it runs: of its process group, by its name. */
export async function guardOf(worker: number): Promise<number> {
  return Number(
    await waitUntil(`worker ${worker} has a guard`, () =>
      readdirSync('/proc').find((name) => /^\d+$/.test(name) && isGuard(name, worker)),
    ),
  );
}

function isGuard(pid: string, worker: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return stat.includes(' (pvf-guard) ') && Number(group) === worker;
  } catch {
    return false;
  }
}
