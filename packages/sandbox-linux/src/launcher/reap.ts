import {
  type ChildEnd,
  errnoNameOf,
  failed,
  lastErrno,
  NR,
  readInt64,
  reserve,
  sys3,
  waitForChild,
} from '@pvf/linux';

const ANY_CHILD = -1;
const RUSAGE_CHILDREN = -1;
const rusage = reserve(144);

/** Reaps every child that has ended, or with `all` waits for those that still have to. */
export function reapAll(all: boolean): ChildEnd[] {
  const ended: ChildEnd[] = [];
  for (;;) {
    try {
      const end = all ? waitForChild(ANY_CHILD) : waitForChild(ANY_CHILD, { noHang: true });
      if (end === undefined) return ended;
      ended.push(end);
    } catch (error) {
      if (errnoNameOf(error) === 'ECHILD') return ended;
      throw error;
    }
  }
}

/** What all reaped children and their reaped children have used together. */
export function reapedUse(): { readonly cpuMs: number; readonly maxRssBytes: number } {
  if (sys3(NR.getrusage, RUSAGE_CHILDREN, rusage.address, 0) !== 0) failed('getrusage', lastErrno());
  const micros = (offset: number): number =>
    readInt64(rusage.view, offset) * 1e6 + readInt64(rusage.view, offset + 8);
  return { cpuMs: (micros(0) + micros(16)) / 1000, maxRssBytes: readInt64(rusage.view, 32) * 1024 };
}
