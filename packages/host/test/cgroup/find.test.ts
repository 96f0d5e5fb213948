import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { findCgroup, type KernelFiles } from '../../src/cgroup/find.ts';

let root: string;
let kernel: KernelFiles;

/** A control group as the kernel shows it, and those above it. */
function group(path: string, files: Record<string, string> = {}): string {
  const directory = join(root, 'fs', path);
  mkdirSync(directory, { recursive: true });
  const all = {
    'cgroup.type': 'domain\n',
    'cgroup.controllers': 'cpuset cpu io memory pids\n',
    'cgroup.subtree_control': '',
    'cgroup.procs': '',
    ...files,
  };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(directory, name), text);
  return directory;
}

function inGroup(path: string, mountRoot = '/'): void {
  writeFileSync(join(root, 'cgroup'), `3:pids:/elsewhere\n0::${path}\n`);
  const point = join(root, 'fs').replaceAll(' ', '\\040');
  writeFileSync(
    join(root, 'mountinfo'),
    `25 1 0:24 / /sys rw - sysfs sysfs rw\n30 25 0:26 ${mountRoot} ${point} rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n`,
  );
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pvf cgroup-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  kernel = { proc: root, uid: 0, isCgroup: (path) => path.startsWith(join(root, 'fs')) };
  // The real root has no type.
  mkdirSync(join(root, 'fs'));
  writeFileSync(join(root, 'fs/cgroup.procs'), '1\n');
});

describe('a control group that was delegated', () => {
  it('is the service that this process is in a group of; its controllers are switched on', () => {
    const unit = group('system.slice/pvf.service');
    inGroup('/system.slice/pvf.service/host');
    expect(findCgroup('auto', kernel)).toEqual({ path: unit });
    expect(readFileSync(join(unit, 'cgroup.subtree_control'), 'utf8')).toContain('+cpu');
  });

  it('is left as it is when its controllers are on', () => {
    const unit = group('system.slice/pvf.service', { 'cgroup.subtree_control': 'memory pids\n' });
    inGroup('/system.slice/pvf.service/host');
    expect(findCgroup('auto', kernel)).toEqual({ path: unit });
    expect(readFileSync(join(unit, 'cgroup.subtree_control'), 'utf8')).toBe('memory pids\n');
  });

  it('is what a container sees, when this process is in a group below', () => {
    const container = group('', {});
    inGroup('/docker/0123/init', '/docker/0123');
    expect(findCgroup('auto', kernel)).toEqual({ path: container });
  });

  it('is the one that is named', () => {
    const named = group('validators/pvf');
    inGroup('/system.slice/pvf.service');
    expect(findCgroup(named, kernel)).toEqual({ path: named });
  });

  it("is another user's own one, whatever its name", () => {
    const own = group('user.slice/mine');
    group('user.slice');
    inGroup('/user.slice/mine/host');
    expect(findCgroup('auto', { ...kernel, uid: process.getuid!() || -1 })).toEqual(
      process.getuid!() === 0
        ? { reason: expect.stringContaining('no delegated control group') }
        : { path: own },
    );
  });
});

describe('no control group is taken', () => {
  it.each([
    ['the service is not delegated', '/system.slice/pvf.service'],
    ['the process is in a slice', '/system.slice'],
    ['the process is in the root group', '/'],
    ['what is above is a slice', '/system.slice/host'],
  ])('when %s: the remedy is named', (_, own) => {
    group('system.slice');
    group(own);
    if (own === '/') rmSync(join(root, 'fs/cgroup.type'));
    inGroup(own);
    expect(findCgroup('auto', kernel)).toEqual({
      reason: expect.stringMatching(/Delegate=yes.*DelegateSubgroup=/),
    });
  });

  it('when root could write to what somebody else manages', () => {
    group('containers/one');
    group('containers');
    inGroup('/containers/one/host');
    expect(findCgroup('auto', kernel)).toEqual({
      reason: expect.stringContaining('no delegated control group'),
    });
  });

  it('when it has processes: none is moved', () => {
    const busy = group('system.slice/pvf.service', { 'cgroup.procs': '17\n' });
    inGroup('/system.slice/pvf.service/host');
    expect(findCgroup('auto', kernel)).toEqual({
      reason: expect.stringContaining('has processes of its own'),
    });
    expect(readFileSync(join(busy, 'cgroup.subtree_control'), 'utf8')).toBe('');
  });

  it('when memory or processes are not accounted for', () => {
    group('system.slice/pvf.service', { 'cgroup.controllers': 'cpu memory\n' });
    inGroup('/system.slice/pvf.service/host');
    expect(findCgroup('auto', kernel)).toEqual({ reason: expect.stringContaining('no controller for pids') });
  });

  it('when there is only version 1, or none', () => {
    writeFileSync(join(root, 'cgroup'), '4:memory:/x\n');
    writeFileSync(
      join(root, 'mountinfo'),
      '30 25 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n',
    );
    expect(findCgroup('auto', kernel)).toEqual({ reason: expect.stringContaining('not mounted') });
  });

  it('when what is named is something else', () => {
    expect(findCgroup(tmpdir(), kernel)).toEqual({
      reason: expect.stringContaining('is not a control group of version 2'),
    });
  });
});
