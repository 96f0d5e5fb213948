import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { REAL_MODES, startSleepingWorker } from './sleeping-worker.ts';
import { USERS } from './users.ts';

/** Real, effective, saved and file-system id, as seen from outside. */
function idsOf(pid: number, kind: 'Uid' | 'Gid' | 'Groups'): readonly number[] {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const words = new RegExp(`^${kind}:(.*)$`, 'm').exec(status)![1]!.trim();
  return words === '' ? [] : words.split(/\s+/).map(Number);
}

const FIRST_UNUSED_ID = 1_879_048_192;
const isRoot = process.getuid!() === 0;

/** A root without groups would have none to give up. */
const SOME_GROUPS = [4, 27];
beforeAll(() => {
  if (!isRoot) return;
  const before = process.getgroups!();
  process.setgroups!(SOME_GROUPS);
  return () => process.setgroups!(before);
});

describe.each(USERS)('to the kernel, started by $name', ({ uid }) => {
  it.each(REAL_MODES)('jobs and templates are nobody but themselves: $name', async (mode) => {
    const { pid, children } = await startSleepingWorker(mode, uid);
    const own = isRoot && uid === undefined ? undefined : (uid ?? process.getuid!());
    expect(idsOf(pid, 'Uid')).toEqual(Array(4).fill(own ?? 0));
    for (const child of children) {
      for (const kind of ['Uid', 'Gid'] as const) {
        const ids = new Set(idsOf(child, kind));
        expect(ids.size).toBe(1);
        const [id = 0] = ids;
        if (own === undefined) expect(id).toBeGreaterThanOrEqual(FIRST_UNUSED_ID);
        else if (kind === 'Uid') expect(id).toBe(own);
      }
      if (own === undefined) expect(idsOf(child, 'Groups')).toEqual([]);
    }
  });
});
