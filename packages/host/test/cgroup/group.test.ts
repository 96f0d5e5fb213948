import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { HostCgroup } from '../../src/cgroup/group.ts';
import { openCgroup } from '../../src/security/cgroup.ts';

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'pvf-cgroup-'));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
});

/** Files of a control group need not be removed before it is: here they are. */
async function removed(group: { path: string; remove(): Promise<void> }): Promise<boolean> {
  for (const name of existsSync(group.path) ? readdirSync(group.path, { withFileTypes: true }) : [])
    if (name.isFile()) rmSync(join(group.path, name.name));
  await group.remove();
  return !existsSync(group.path);
}

describe("a host's control group", () => {
  it('has limits accounted for below it, and goes with all that is in it', async () => {
    const host = await HostCgroup.make(base, 'mine', () => false);
    expect(host.path).toBe(join(base, 'pvf-mine'));
    expect(readFileSync(join(host.path, 'cgroup.subtree_control'), 'utf8')).toBe('+cpu');
    const worker = host.makeGroup('execute');
    mkdirSync(join(worker.path, 'slot-0'));
    expect(host.makeGroup('execute').path).not.toBe(worker.path);
    expect(await removed(worker)).toBe(true);
    expect(await removed(host)).toBe(true);
  });

  it('takes the place of those whose hosts are gone, and of no others', async () => {
    for (const name of ['pvf-dead/execute-0/slot-1', 'pvf-alive/execute-0', 'other/pvf-dead', 'pvf'])
      mkdirSync(join(base, name), { recursive: true });
    const host = await HostCgroup.make(base, 'mine', (tag) => tag === 'dead');
    expect(readdirSync(base).sort()).toEqual(['other', 'pvf', 'pvf-alive', 'pvf-mine']);
    expect(existsSync(join(base, 'other/pvf-dead'))).toBe(true);
    await removed(host);
  });

  it('is not made where it cannot be', async () => {
    await expect(HostCgroup.make(join(base, 'missing'), 'mine', () => false)).rejects.toThrow('ENOENT');
  });
});

describe('whether control groups are used', () => {
  const needs = {
    programs: [{ path: process.execPath, takesCgroup: true }],
    tag: 'mine',
    isOver: () => false,
    logger: pino({ level: 'silent' }),
  };

  it('is up to the option', async () => {
    expect(await openCgroup(false, needs)).toEqual({
      feature: { available: false, reason: expect.stringContaining('switched off') },
      group: undefined,
    });
  });

  it('is up to the worker programs: they are never given what they do not know', async () => {
    const programs = [{ path: process.execPath, takesCgroup: false }];
    expect(await openCgroup('auto', { ...needs, programs })).toEqual({
      feature: { available: false, reason: expect.stringContaining('worker programs') },
      group: undefined,
    });
  });

  it('is not left open when the option names a group that cannot be used', async () => {
    await expect(openCgroup(base, needs)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      meta: { option: 'cgroup' },
      message: expect.stringContaining('is not a control group of version 2'),
    });
    expect(readdirSync(base)).toEqual([]);
  });
});
