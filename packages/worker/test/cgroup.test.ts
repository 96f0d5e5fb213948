import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

/** What the kernel puts into a new group. */
const FILES = ['cgroup.procs', 'cgroup.subtree_control', 'cgroup.events', 'cgroup.kill', 'cpu.weight'];
const SLOT_FILES = [
  ...FILES,
  'memory.max',
  'memory.swap.max',
  'memory.oom.group',
  'memory.events',
  'pids.max',
];
const MIB = 1024 ** 2;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pvf-cgroup-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  fill('.', FILES);
  fill('worker', FILES);
  for (const slot of ['slot-0', 'slot-1']) fill(slot, SLOT_FILES);
});

function fill(group: string, files: readonly string[]): void {
  mkdirSync(join(directory, group), { recursive: true });
  for (const file of files) writeFileSync(join(directory, group, file), '');
}

const read = (path: string): string => readFileSync(join(directory, path), 'utf8');

/** In a process of its own, with the kernel's part played by files. */
function play(script: string): unknown {
  const source = `
    import { writeFileSync } from 'node:fs';
    import { initialise } from '@pvf/linux';
    import pino from 'pino';
    import { WorkerCgroup } from ${JSON.stringify(join(import.meta.dirname, '../src/across/cgroup.ts'))};
    initialise();
    const directory = ${JSON.stringify(directory)};
    const kernel = (path, text) => writeFileSync(directory + '/' + path, text);
    const cgroup = WorkerCgroup.enter(directory, pino({ level: 'silent' }));
    ${script}`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--no-warnings', '--input-type=module', '-e', source],
    { encoding: 'utf8', cwd: import.meta.dirname },
  );
  if (stderr !== '') throw new Error(stderr);
  return stdout === '' ? undefined : JSON.parse(stdout);
}

describe("a worker's control group", () => {
  it('is entered, and left for one below it before limits are accounted for', () => {
    play('cgroup.divide();');
    expect(read('cgroup.procs')).toBe('0');
    expect(read('worker/cgroup.procs')).toBe('0');
    expect(read('cgroup.subtree_control')).toContain('+cpu');
    expect(read('worker/cpu.weight')).toBe('1000');
  });

  it('makes a group for each template or job, which goes whole, without swap', () => {
    play('const slot = cgroup.take(); slot.limitMemory(2 ** 31); slot.enter();');
    expect(read('slot-0/memory.oom.group')).toBe('1');
    expect(read('slot-0/pids.max')).toBe('4');
    expect(read('slot-0/memory.swap.max')).toBe('0');
    expect(read('slot-0/cgroup.procs')).toBe('0');
    const limit = Number(read('slot-0/memory.max'));
    expect(limit).toBeGreaterThan(2 ** 31);
    expect(limit).toBeLessThan(1.1 * 2 ** 31);
  });

  it.each([
    ['undefined', 'max'],
    [`${512 * MIB}`, `${640 * MIB}`],
    [`${8192 * MIB}`, `${Math.ceil(8192 * MIB * 1.05)}`],
  ])('bounds %s bytes with %s', (given, limit) => {
    play(`cgroup.take().limitMemory(${given});`);
    expect(read('slot-0/memory.max')).toBe(limit);
  });

  it('uses a group again when it is empty, and kills what is in it when it is given back', () => {
    const names = play(`
      const first = cgroup.take();
      first.release();
      kernel('slot-0/cgroup.events', 'populated 1\\nfrozen 0\\n');
      const second = cgroup.take();
      kernel('slot-0/cgroup.events', 'populated 0\\nfrozen 0\\n');
      const third = cgroup.take();
      console.log(JSON.stringify([second !== first, third === first]));`);
    expect(names).toEqual([true, true]);
    expect(read('slot-0/cgroup.kill')).toBe('1');
  });

  it.each([
    ['its own limit was reached and it was killed', 'oom 2\noom_kill 3\n', true],
    ['the machine, or a group above, ran out of memory', 'oom 1\noom_kill 3\n', false],
    ['its limit was reached and nobody was killed', 'oom 2\noom_kill 1\n', false],
    ['nothing happened', 'oom 1\noom_kill 1\n', false],
  ])('tells whether it has run out of memory: %s', (_, events, expected) => {
    const out = play(`
      kernel('slot-0/memory.events', 'low 0\\nhigh 0\\nmax 9\\noom 1\\noom_kill 1\\n');
      const slot = cgroup.take();
      slot.limitMemory(1000);
      kernel('slot-0/memory.events', ${JSON.stringify(`low 0\nhigh 0\nmax 10\n${events}oom_group_kill 1\n`)});
      console.log(JSON.stringify(slot.hasRunOut));`);
    expect(out).toBe(expected);
  });

  it('is done without when no group can be made', () => {
    rmSync(join(directory, 'slot-0'), { recursive: true });
    writeFileSync(join(directory, 'slot-0'), '');
    expect(play('console.log(JSON.stringify(cgroup.take() ?? null));')).toBeNull();
  });
});
