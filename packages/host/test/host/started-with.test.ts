// What worker programs are started with: their command lines, environments and niceness, and what they are told of the
// machine.
import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { describe, expect, it } from 'vitest';
import { toSecurityStatus } from '../../src/security/index.ts';
import type { HostOptions, SecurityReport } from '../../src/types.ts';
import { VERSION } from '../../src/version.ts';
import { fakeWorker } from '../support/fake-worker.ts';
import { candidate, startFakeHost, startHost, workerProcesses } from '../support/hosts.ts';

const KINDS = ['prepare', 'execute'] as const;
const partsOf = (pid: number, file: 'cmdline' | 'environ'): string[] =>
  readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').slice(0, -1);

describe('workers are started with', () => {
  it('the version that is expected of them, their own niceness, and the log level that was asked for', async () => {
    // Only root may make anything less nice than this process is.
    const niceness = { prepare: Math.min(18, getPriority() + 3), execute: Math.min(19, getPriority() + 5) };
    const { host } = await startFakeHost({ workerLog: 'pvf=debug', niceness });
    await host.validate(candidate('fine'));
    for (const kind of KINDS) {
      const [pid = 0] = workerProcesses(kind);
      const words = partsOf(pid, 'cmdline');
      const at = words.indexOf(`${kind}-worker`);
      expect(words.slice(at, at + 4)).toEqual([
        `${kind}-worker`,
        '--node-impl-version',
        VERSION,
        '--socket-path',
      ]);
      expect(words[at + 5]).toBe('--worker-dir-path');
      expect(words).toHaveLength(at + 7);
      expect(partsOf(pid, 'environ').filter((line) => line.startsWith('RUST_LOG='))).toEqual([
        'RUST_LOG=pvf=debug',
      ]);
      expect(getPriority(pid)).toBe(niceness[kind]);
    }
  });

  it('no version where none is asked for, and nothing of the environment of the host', async () => {
    process.env.PVF_TEST_SECRET = 'of the host';
    const { host } = await startFakeHost({ nodeVersion: false });
    delete process.env.PVF_TEST_SECRET;
    await host.validate(candidate('fine'));
    for (const kind of KINDS) {
      const [pid = 0] = workerProcesses(kind);
      expect(partsOf(pid, 'cmdline')).not.toContain('--node-impl-version');
      const names = partsOf(pid, 'environ').map((line) => line.split('=')[0]);
      // The shell of the launcher says where it is.
      expect(names.filter((name) => !['PWD', 'OLDPWD', '_', 'SHLVL'].includes(name ?? ''))).toEqual([]);
    }
  });
});

it('execute workers that load PVFs ahead share the memory for it', async () => {
  const worker = fakeWorker('obeys');
  worker.setCapabilities({ version: VERSION, 'full-version': 'fake', engine: 'e', templates: 'memory' });
  const workers = { prepare: worker.path, execute: worker.path };
  const host = await startHost({ workers, executeWorkers: 3, templateMemory: 3_001, without: [] });
  await host.validate(candidate('fine'));
  const [execute = 0] = workerProcesses('execute');
  const [prepare = 0] = workerProcesses('prepare');
  expect(partsOf(execute, 'cmdline').slice(-2)).toEqual(['--template-memory-bytes', '1000']);
  expect(partsOf(prepare, 'cmdline')).not.toContain('--template-memory-bytes');
});

describe('execute workers that can ask for artifacts', () => {
  const capabilities = { version: VERSION, 'full-version': 'fake', engine: 'e', 'asks-for-artifacts': '1' };
  /** Two candidates of one PVF: what became of them, and how often the worker was sent each. */
  async function answersOf(options: HostOptions, says: Record<string, string> = capabilities) {
    const worker = fakeWorker('obeys');
    worker.setCapabilities(says);
    const workers = { prepare: worker.path, execute: worker.path };
    const host = await startHost({ workers, executeWorkers: 1, retryPauseMs: 0, without: [], ...options });
    const given = [];
    for (const block of ['fine', 'fine, too']) {
      const { kind, attempts } = await host.validate(candidate(block));
      given.push({
        kind,
        attempts,
        sent: worker.count(`execute-worker-${Buffer.from(block).toString('hex')}`),
      });
    }
    const [pid = 0] = workerProcesses('execute');
    const [prepare = 0] = workerProcesses('prepare');
    return { given, words: partsOf(pid, 'cmdline'), ofPrepare: partsOf(prepare, 'cmdline') };
  }

  it('are told to, and given each file once: one that has it no more gets it when it asks', async () => {
    const { given, words, ofPrepare } = await answersOf({});
    expect(words.slice(-2)).toEqual(['--ask-for-artifacts', '1']);
    expect(ofPrepare).not.toContain('--ask-for-artifacts');
    expect(given).toEqual([
      { kind: 'valid', attempts: 1, sent: 1 },
      { kind: 'valid', attempts: 1, sent: 2 },
    ]);
  });

  it.each<[string, HostOptions, Record<string, string>]>([
    ['where the host gives each file with each request', { without: ['artifacts-once'] }, capabilities],
    ['unless they say that they can', {}, { ...capabilities, 'asks-for-artifacts': '0' }],
  ])('are not told to %s', async (_, options, says) => {
    const { given, words } = await answersOf(options, says);
    expect(words).not.toContain('--ask-for-artifacts');
    expect(given).toEqual([
      { kind: 'valid', attempts: 1, sent: 1 },
      { kind: 'valid', attempts: 1, sent: 1 },
    ]);
  });
});

describe('workers are told', () => {
  const works = { available: true } as const;
  const missing = { available: false, reason: 'no' } as const;
  const all: SecurityReport = {
    secureMode: true,
    landlock: works,
    seccomp: works,
    changeRoot: works,
    secureClone: works,
    cgroup: works,
  };
  const told = {
    secureValidatorMode: true,
    canEnableLandlock: true,
    canEnableSeccomp: true,
    canUnshareUserNamespaceAndChangeRoot: true,
    canDoSecureClone: true,
  };

  it.each<[string, Partial<SecurityReport>, Partial<typeof told>]>([
    ['all layers', {}, {}],
    ['that secure mode is off', { secureMode: false }, { secureValidatorMode: false }],
    ['that there is no Landlock', { landlock: missing }, { canEnableLandlock: false }],
    ['that there is no seccomp', { seccomp: missing }, { canEnableSeccomp: false }],
    [
      'that the root cannot be changed',
      { changeRoot: missing },
      { canUnshareUserNamespaceAndChangeRoot: false },
    ],
    ['nothing of control groups, which they get by name', { cgroup: missing }, {}],
    ['that jobs get no namespaces', { secureClone: missing }, { canDoSecureClone: false }],
  ])('%s', (_, report, status) => {
    expect(toSecurityStatus({ ...all, ...report })).toEqual({ ...told, ...status });
  });
});
