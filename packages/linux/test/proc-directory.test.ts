import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { closeDescriptor, openDirectory, readAllocated, readProcess } from '../src/index.ts';

const PAGE_BYTES = 4096;
const KIB = 1024;

it('what a process has allocated counts when it was swapped out, and its page tables, however many groups it is in', () => {
  const proc = mkdtempSync(join(tmpdir(), 'pvf-proc-'));
  onTestFinished(() => rmSync(proc, { recursive: true, force: true }));
  const fd = openDirectory(proc);
  onTestFinished(() => closeDescriptor(fd));
  const groups = Array.from({ length: 20_000 }, (_, id) => id).join(' ');
  mkdirSync(join(proc, '7'));
  writeFileSync(join(proc, '7/statm'), '900 100 40 5 0 60 0\n');
  expect(readAllocated(fd, 7)).toBe(60 * PAGE_BYTES);
  writeFileSync(join(proc, '7/status'), `Name:\tx\nGroups:\t${groups} \nVmSwap:\t    5000 kB\nThreads:\t1\n`);
  expect(readAllocated(fd, 7)).toBe(60 * PAGE_BYTES + 5000 * KIB);
  writeFileSync(
    join(proc, '7/status'),
    `Name:\tx\nGroups:\t${groups} \nVmPTE:\t     132 kB\nVmSwap:\t    5000 kB\n`,
  );
  expect(readAllocated(fd, 7)).toBe(60 * PAGE_BYTES + 5132 * KIB);
  expect(readAllocated(fd, 8)).toBeUndefined();
  expect(readProcess(fd, 8)).toBeUndefined();
  const memory = 'RssAnon:\t     240 kB\nRssFile:\t     160 kB\nVmPTE:\t     132 kB\nVmSwap:\t    5000 kB\n';
  writeFileSync(
    join(proc, '7/status'),
    `Name:\tx\nState:\tT (stopped)\nGroups:\t${groups} \n${memory}Threads:\t1\n`,
  );
  expect(readProcess(fd, 7)).toEqual({ state: 'T', allocated: 5372 * KIB });
});
