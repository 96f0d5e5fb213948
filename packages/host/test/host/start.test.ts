import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guest } from '@pvf/test-kit';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { type HostOptions, PvfHost } from '../../src/index.ts';
import { type FixtureName, fakeWorker, tempDir } from '../support/fake-worker.ts';
import {
  candidate,
  metric,
  silent,
  speedUpsOfRun,
  startFakeHost,
  startHost,
  workerProcesses,
} from '../support/hosts.ts';

const start = (options: HostOptions) => PvfHost.start({ logger: silent, ...speedUpsOfRun(), ...options });
const both = (name: FixtureName) => {
  const { path } = fakeWorker(name);
  return { prepare: path, execute: path };
};

describe('a worker program is refused, with its path and the remedy,', () => {
  it('that does not exist', async () => {
    const missing = join(tempDir(), 'nothing');
    const { path } = fakeWorker('obeys');
    const error = await start({ workers: { prepare: path, execute: missing } }).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'WORKER_NOT_FOUND', meta: { worker: 'execute', tried: [missing] } });
    expect(error.message).toContain(missing);
    expect(error.message).toContain('workers.execute');
  });

  it('that is not executable', async () => {
    const { path } = fakeWorker('obeys');
    const plain = join(tempDir(), 'plain');
    writeFileSync(plain, '#!/bin/sh\n');
    chmodSync(plain, 0o644);
    const error = await start({ workers: { prepare: plain, execute: path } }).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'WORKER_NOT_EXECUTABLE', meta: { worker: 'prepare', path: plain } });
    expect(error.message).toContain('chmod');
  });

  it('that is a directory', async () => {
    const dir = tempDir();
    await expect(start({ workers: { prepare: dir, execute: dir } })).rejects.toMatchObject({
      code: 'WORKER_NOT_FOUND',
    });
  });

  it('that is something else', async () => {
    const error = await start({ workers: both('knows-no-flags') }).catch((reason) => reason);
    expect(error).toMatchObject({
      code: 'WORKER_UNUSABLE',
      meta: { status: 2, stderr: 'usage: something else' },
    });
  });

  it('that a system-call filter ends, which is no matter of its path', async () => {
    const path = join(tempDir(), 'filtered');
    writeFileSync(path, '#!/bin/sh\ncase $1 in --version) echo 0.1.0;; *) kill -s SYS $$;; esac\n', {
      mode: 0o755,
    });
    const error = await start({ workers: { prepare: path, execute: path } }).catch((reason) => reason);
    expect(error).toMatchObject({
      code: 'WORKER_UNUSABLE',
      meta: { status: null, stderr: 'ended by SIGSYS' },
    });
    expect(error.message).toContain(`${path} does not answer --capabilities`);
    expect(error.message).toContain('SystemCallFilter=');
    expect(error.message).not.toContain('pass the path');
  });

  it('that has another version', async () => {
    const error = await start({ workers: both('has-another-version') }).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'WORKER_VERSION', meta: { found: '9.9.9', expected: '0.1.0' } });
    expect(error.message).toContain('nodeVersion');
  });
});

describe('a worker program of another version is accepted', () => {
  it.each<HostOptions>([{ nodeVersion: '9.9.9' }, { nodeVersion: false }])('with %o', async (options) => {
    const host = await startHost({ workers: both('has-another-version'), ...options });
    expect(host.status().workers.prepare.version).toBe('9.9.9');
  });
});

describe('secure mode', () => {
  it.each<[FixtureName, string[]]>([
    ['lacks-seccomp', ['seccomp']],
    ['lacks-landlock-and-change-root', ['landlock', 'changeRoot']],
  ])('refuses to start where a needed layer is missing: %s', async (name, missing) => {
    const error = await start({ workers: both(name) }).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'NOT_SECURE', meta: { missing } });
    expect(error.message).toContain('secureMode: false');
  });

  it('needs only one of landlock and changing the root', async () => {
    const host = await startHost({ workers: both('lacks-landlock') });
    expect(host.security).toMatchObject({
      secureMode: true,
      landlock: { available: false },
      seccomp: { available: true },
    });
    expect(await metric(host, 'pvf_security_feature', { feature: 'landlock' })).toBe(0);
    expect(await metric(host, 'pvf_security_feature', { feature: 'seccomp' })).toBe(1);
  });

  it.each<[FixtureName, string[]]>([
    ['lacks-seccomp', ['seccomp']],
    ['obeys', []],
  ])('cannot be given up silently, on any machine: %s', async (name, missing) => {
    const lines: { level: number; msg: string }[] = [];
    const sink = { write: (line: string) => void lines.push(JSON.parse(line)) };
    const host = await startHost({ workers: both(name), secureMode: false, logger: pino({}, sink) });
    const errors = lines.filter(({ level }) => level >= pino.levels.values.error!);
    expect(errors).toEqual([expect.objectContaining({ secureMode: false, missing })]);
    expect(errors[0]!.msg).toContain('SECURE MODE IS OFF');
    expect(host.status().security.secureMode).toBe(false);
    expect(await metric(host, 'pvf_security_feature', { feature: 'secure_mode' })).toBe(0);
  });

  it('can be given up, with a reason for each missing layer', async () => {
    const host = await startHost({ workers: both('lacks-seccomp'), secureMode: false });
    expect(host.security).toMatchObject({ secureMode: false, seccomp: { available: false } });
    expect(host.security.seccomp).toHaveProperty(
      'reason',
      expect.stringContaining('no --check-can-enable-seccomp'),
    );
  });
});

describe('a start proves that workers and jobs can do their work here:', () => {
  const own = { version: '0.1.0', 'full-version': '0.1.0-fake', engine: 'v8-1 x64 tag-00' };

  it('limits under which workers would answer differently are named, with what sets them', async () => {
    const worker = fakeWorker('obeys');
    worker.setCapabilities({
      ...own,
      limits: 'the limit of STACK is 8388608 bytes (LimitSTACK= of the service)',
    });
    const workers = { prepare: worker.path, execute: worker.path };
    const error = await start({ workers }).catch((reason) => reason);
    expect(error).toMatchObject({
      code: 'LIMITS_TOO_LOW',
      meta: { limits: expect.stringContaining('STACK') },
    });
    expect(error.message).toContain('LimitSTACK=');
  });

  it('a worker that cannot take its request', async () => {
    const worker = fakeWorker('leaves-its-request');
    worker.setCapabilities({ ...own, trial: '1' });
    const workers = { prepare: worker.path, execute: worker.path };
    const error = await start({ workers }).catch((reason) => reason);
    expect(error).toMatchObject({
      code: 'TRIAL_FAILED',
      meta: { step: expect.stringContaining('prepare worker') },
    });
    expect(error.message).toContain('a layer should work here but does not');
    expect(workerProcesses('prepare')).toEqual([]);
    expect(workerProcesses('execute')).toEqual([]);
  });

  it('a module of ours is executed rightly', async () => {
    const worker = fakeWorker('obeys');
    worker.setCapabilities({ ...own, trial: '1' });
    const workers = { prepare: worker.path, execute: worker.path };
    const error = await start({ workers }).catch((reason) => reason);
    expect(error).toMatchObject({
      code: 'TRIAL_FAILED',
      meta: { step: expect.stringContaining('execution') },
    });
  });

  it('its workers serve the first requests, and nothing else of it is left', async () => {
    const cacheDir = tempDir();
    const host = await startHost({ cacheDir });
    expect(host.status()).toMatchObject({
      tried: true,
      prepare: { workers: 1 },
      execute: { workers: 1 },
      artifacts: { prepared: 0 },
    });
    const before = [...workerProcesses('prepare'), ...workerProcesses('execute')];
    const { kind, attempts } = await host.validate(candidate('', { code: guest('accepts-anything') }));
    expect({ kind, attempts }).toEqual({ kind: 'valid', attempts: 1 });
    expect([...workerProcesses('prepare'), ...workerProcesses('execute')]).toEqual(before);
    expect(readdirSync(cacheDir).filter((name) => name.endsWith('.pvf'))).toHaveLength(1);
  });
});

describe('the cache directory', () => {
  it('is made if it does not exist', async () => {
    const cacheDir = join(tempDir(), 'does', 'not', 'exist');
    const { host } = await startFakeHost({ cacheDir });
    expect(await host.validate(candidate('fine'))).toMatchObject({ kind: 'valid' });
    expect(readdirSync(cacheDir).filter((name) => name.endsWith('.pvf'))).toHaveLength(1);
  });

  it('is refused if it cannot be one', async () => {
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    const error = await start({ workers: both('obeys'), cacheDir: join(file, 'cache') }).catch(
      (reason) => reason,
    );
    expect(error).toMatchObject({ code: 'CACHE_DIR', meta: { errno: 'ENOTDIR' } });
    expect(error.message).toContain('cacheDir');
  });

  it('a cache directory in which nothing can be made is an error at once', async () => {
    const error = await PvfHost.start({ cacheDir: '/proc/pvf/cache' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'CACHE_DIR', meta: { errno: 'ENOENT' } });
  });

  it('may have a path longer than a socket address', async () => {
    const cacheDir = join(tempDir(), 'x'.repeat(120));
    const { host } = await startFakeHost({ cacheDir });
    expect(await host.validate(candidate('fine'))).toMatchObject({ kind: 'valid' });
  });

  it('loses what a host that was killed has left', async () => {
    const cacheDir = tempDir();
    // No process has this start time, so that the run is over whoever has the PID now.
    const { host } = await startFakeHost({ cacheDir });
    const [own = ''] = readdirSync(cacheDir).filter((name) => name.startsWith('run-'));
    const dead = join(cacheDir, own.replace(/-(\d+)-(\d+)-\w+$/, '-$1-1-dead00'));
    mkdirSync(join(dead, 'worker-dir-execute-x'), { recursive: true });
    await startFakeHost({ cacheDir });
    expect(existsSync(dead)).toBe(false);
    expect(existsSync(join(cacheDir, own))).toBe(true);
    expect(await host.validate(candidate('fine'))).toMatchObject({ kind: 'valid' });
  });
});

it('a failed start leaves nothing behind', async () => {
  const cacheDir = tempDir();
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('pvf-host-'));
  await start({ workers: both('lacks-seccomp'), cacheDir }).catch(() => {});
  await start({ workers: both('lacks-seccomp') }).catch(() => {});
  expect(readdirSync(cacheDir)).toEqual([]);
  const after = readdirSync(tmpdir()).filter(
    (name) => name.startsWith(`pvf-host-`) && !before.includes(name),
  );
  expect(after.filter((name) => name.includes(`-${process.pid}-`))).toEqual([]);
});

describe('an option that makes no sense is refused', () => {
  it.each<[string, HostOptions]>([
    ['executeWorkers', { executeWorkers: 0 }],
    ['executeWorkers', { executeWorkers: 1.5 }],
    ['executeWorkers', { executeWorkers: Number.NaN }],
    ['prepareWorkersHard', { prepareWorkersSoft: 3, prepareWorkersHard: 2 }],
    ['niceness', { niceness: { prepare: 20 } }],
    ['threads', { threads: -1 }],
  ])('%s: %o', async (option, options) => {
    await expect(start({ workers: both('obeys'), ...options })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      meta: { option },
    });
  });
});
