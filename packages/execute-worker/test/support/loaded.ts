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

/** The process that ends all of a worker's when the worker ends: of its process group, by its name. */
export function guardOf(worker: number): number {
  const found = readdirSync('/proc').find((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const [, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return stat.includes(' (pvf-guard) ') && Number(group) === worker;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error(`worker ${worker} has no guard`);
  return Number(found);
}
