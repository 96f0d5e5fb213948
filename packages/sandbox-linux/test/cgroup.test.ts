import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cgroupPlaces } from '../src/policy/cgroup-paths.ts';

let top = '';
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'sandbox-linux-'));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const group = (path: string, handedDown = ''): string => {
  const directory = join(top, path);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'cgroup.procs'), '');
  writeFileSync(join(directory, 'cgroup.subtree_control'), `${handedDown}\n`);
  return directory;
};
const v2 = (): string => `30 20 0:26 / ${top} rw,nosuid - cgroup2 cgroup2 rw,nsdelegate`;

test('version 2: beside the own group, where the parent hands memory and processes down', () => {
  const parent = group('app.slice', 'cpu memory pids');
  group('app.slice/shell.scope');
  expect(cgroupPlaces(v2(), '0::/app.slice/shell.scope')).toEqual([
    { version: 2, parent, resources: ['memory', 'processes', 'cpu'] },
  ]);
});

test('version 2: below the own group, where it hands them down itself', () => {
  group('unit', 'memory');
  expect(cgroupPlaces(v2(), '0::/unit')).toEqual([
    { version: 2, parent: join(top, 'unit'), resources: ['memory', 'cpu'] },
  ]);
});

test('version 2: beside the own group, where the parent is delegated, has no processes and may hand them down', () => {
  const parent = group('unit.service', 'pids');
  group('unit.service/main');
  writeFileSync(join(parent, 'cgroup.controllers'), 'cpu memory pids\n');
  expect(cgroupPlaces(v2(), '0::/unit.service/main')).toEqual([
    { version: 2, parent, resources: ['memory', 'processes', 'cpu'], toHandDown: ['memory'] },
  ]);
  writeFileSync(join(parent, 'cgroup.procs'), '1\n');
  expect(cgroupPlaces(v2(), '0::/unit.service/main')).toEqual([
    { version: 2, parent, resources: ['processes', 'cpu'] },
  ]);
});

test('version 2: nowhere if nobody hands a controller down, or what does is out of sight', () => {
  group('unit');
  expect(cgroupPlaces(v2(), '0::/unit')).toEqual([]);
  expect(cgroupPlaces(`30 20 0:26 /elsewhere ${top} rw - cgroup2 cgroup2 rw`, '0::/unit')).toEqual([]);
  expect(cgroupPlaces('', '')).toEqual([]);
});

test('version 1: each hierarchy for what it counts', () => {
  const mounts = ['memory', 'cpu,cpuacct', 'freezer'].map((names) => {
    mkdirSync(join(top, names, 'own'), { recursive: true });
    return `31 20 0:27 / ${join(top, names)} rw - cgroup cgroup rw,${names}`;
  });
  expect(cgroupPlaces(mounts.join('\n'), '4:memory:/own\n3:cpu,cpuacct:/own\n2:freezer:/own\n0::/')).toEqual([
    { version: 1, parent: join(top, 'memory', 'own'), resources: ['memory'] },
    { version: 1, parent: join(top, 'cpu,cpuacct', 'own'), resources: ['cpu'] },
  ]);
});
