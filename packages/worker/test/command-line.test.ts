import { describe, expect, it } from 'vitest';
import { helpText, parseCommandLine } from '../src/worker/command-line.ts';

describe('the command line of a worker', () => {
  it('is that of the reference', () => {
    const args = [
      'prepare-worker',
      '--socket-path',
      's',
      '--worker-dir-path',
      'd',
      '--node-impl-version',
      '1.2.3',
    ];
    expect(parseCommandLine('prepare', args)).toEqual({
      type: 'run',
      socketPath: 's',
      workerDirPath: 'd',
      nodeVersion: '1.2.3',
      allowUntestedNode: false,
    });
    expect(
      parseCommandLine('execute', ['execute-worker', '--worker-dir-path', 'd', '--socket-path', 's']),
    ).toEqual({
      type: 'run',
      socketPath: 's',
      workerDirPath: 'd',
      nodeVersion: undefined,
      allowUntestedNode: false,
    });
  });
  it.each(['prepare', 'execute'] as const)(
    'may let a %s worker start on a Node that was not tested',
    (kind) => {
      const [subcommand, ...rest] = [`${kind}-worker`, '--socket-path', 's', '--worker-dir-path', 'd'];
      const allowed = { type: 'run', socketPath: 's', workerDirPath: 'd', allowUntestedNode: true };
      for (const args of [
        ['--allow-untested-node', ...rest],
        [...rest, '--allow-untested-node'],
      ])
        expect(parseCommandLine(kind, [subcommand!, ...args])).toMatchObject(allowed);
    },
  );
  it('tells an execute worker how much memory its loaded PVFs may take up', () => {
    const args = ['--socket-path', 's', '--worker-dir-path', 'd', '--template-memory-bytes'];
    expect(parseCommandLine('execute', ['execute-worker', ...args, '1048576'])).toMatchObject({
      type: 'run',
      templateMemoryBytes: 1_048_576,
    });
    for (const value of ['', '-1', '1.5', '1e9', 'much', '9'.repeat(16)])
      expect(parseCommandLine('execute', ['execute-worker', ...args, value]).type).toBe('usage-error');
    expect(parseCommandLine('prepare', ['prepare-worker', ...args, '1'])).toMatchObject({
      type: 'usage-error',
      message: expect.stringContaining('--template-memory-bytes'),
    });
  });
  it('asks an execute worker to share memory with its host', () => {
    const args = ['--socket-path', 's', '--worker-dir-path', 'd', '--shared-memory'];
    expect(parseCommandLine('execute', ['execute-worker', ...args, '1'])).toMatchObject({
      type: 'run',
      sharesMemory: true,
    });
    for (const more of [[], ['2'], ['']])
      expect(parseCommandLine('execute', ['execute-worker', ...args, ...more]).type).toBe('usage-error');
    expect(parseCommandLine('prepare', ['prepare-worker', ...args, '1'])).toMatchObject({
      type: 'usage-error',
      message: expect.stringContaining('--shared-memory'),
    });
  });
  it('tells an execute worker to ask for the files of artifacts', () => {
    const args = ['--socket-path', 's', '--worker-dir-path', 'd'];
    const parse = (...more: string[]) => parseCommandLine('execute', ['execute-worker', ...args, ...more]);
    expect(parse('--ask-for-artifacts', '1')).toMatchObject({ type: 'run', asksForArtifacts: true });
    expect(parse()).toMatchObject({ type: 'run', asksForArtifacts: undefined });
    for (const more of [[], ['0'], ['2'], ['']])
      expect(parse('--ask-for-artifacts', ...more).type).toBe('usage-error');
    expect(
      parseCommandLine('prepare', ['prepare-worker', ...args, '--ask-for-artifacts', '1']),
    ).toMatchObject({
      type: 'usage-error',
      message: expect.stringContaining('--ask-for-artifacts'),
    });
  });
  it.each(['prepare', 'execute'] as const)('gives a control group to a worker that can %s', (kind) => {
    const args = [`${kind}-worker`, '--socket-path', 's', '--worker-dir-path', 'd', '--cgroup'];
    expect(parseCommandLine(kind, [...args, '/g'])).toMatchObject({ type: 'run', cgroupPath: '/g' });
    expect(parseCommandLine(kind, args).type).toBe('usage-error');
  });
  it('may tell what the program can do before it is a worker', () => {
    const run = {
      type: 'run',
      socketPath: 's',
      workerDirPath: 'd',
      nodeVersion: undefined,
      allowUntestedNode: false,
    };
    const words = ['--then', 'prepare-worker', '--socket-path', 's', '--worker-dir-path', 'd'];
    const parse = (...args: string[]) => parseCommandLine('prepare', ['--capabilities', ...args]);
    expect(parse()).toEqual({ type: 'capabilities', directory: undefined, run: undefined });
    expect(parse('c')).toEqual({ type: 'capabilities', directory: 'c', run: undefined });
    expect(parse(...words)).toEqual({ type: 'capabilities', directory: undefined, run });
    expect(parse('c', ...words)).toEqual({ type: 'capabilities', directory: 'c', run });
    expect(parse('c', '--then', 'execute-worker', ...words.slice(2)).type).toBe('usage-error');
    expect(parse('c', '--then', 'prepare-worker').type).toBe('usage-error');
  });
  it.each([
    [[], 'help'],
    [['-h'], 'help'],
    [['--help'], 'help'],
    [['-v'], 'version'],
    [['--version'], 'version'],
    [['--full-version'], 'full-version'],
    [['test-sleep'], 'test-sleep'],
    [['--check-can-enable-landlock'], 'check'],
    [['--check-can-unshare-user-namespace-and-change-root', 'd'], 'check'],
    [['--check-can-unshare-user-namespace-and-change-root'], 'usage-error'],
    [['--check-can-use-cgroup', 'd'], 'check'],
    [['--check-can-use-cgroup'], 'usage-error'],
    [['execute-worker'], 'usage-error'],
    [['prepare-worker'], 'usage-error'],
    [['prepare-worker', '--socket-path'], 'usage-error'],
    [['prepare-worker', '--socket-path', 's'], 'usage-error'],
    [['prepare-worker', '--socket-path', 's', '--worker-dir-path', 'd', '--other', 'x'], 'usage-error'],
  ])('reads %j as %s', (args, type) => {
    expect(parseCommandLine('prepare', args).type).toBe(type);
  });
  it('may be asked for everything at once, with or without the checks', () => {
    expect(parseCommandLine('prepare', ['--capabilities'])).toEqual({
      type: 'capabilities',
      directory: undefined,
    });
    expect(parseCommandLine('prepare', ['--capabilities', 'd'])).toEqual({
      type: 'capabilities',
      directory: 'd',
    });
  });
  it('shows the version and the commit first in its help', () => {
    expect(helpText('execute', '1.0.0', 'abc').split('\n').slice(0, 2)).toEqual([
      'execute-worker 1.0.0',
      'commit: abc',
    ]);
  });
});
