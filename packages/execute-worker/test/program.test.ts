import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { directoryFor, RawWorker, USERS, type WorkerKind } from './support/raw-worker.ts';
import { programOf } from './support/workers.ts';

const KINDS: readonly WorkerKind[] = ['prepare', 'execute'];
const CHECKS = ['landlock', 'seccomp'].map((name) => `--check-can-enable-${name}`);

function run(kind: WorkerKind, args: readonly string[], uid?: number) {
  const user = uid === undefined ? {} : { uid, gid: uid };
  const { status, stdout, stderr } = spawnSync(programOf(kind), args, { env: {}, encoding: 'utf8', ...user });
  return { status, stdout, stderr };
}

const versionOf = (kind: WorkerKind): string =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../${kind}-worker/package.json`), 'utf8')).version;

describe.each(KINDS)('the %s worker program', (kind) => {
  it('tells its version, its commit, what it can do and how it is used', () => {
    expect(run(kind, ['--version'])).toEqual({ status: 0, stdout: `${versionOf(kind)}\n`, stderr: '' });
    const { stdout } = run(kind, ['--full-version']);
    expect(stdout).toMatch(new RegExp(`^${versionOf(kind)}-([0-9a-f]{11}|unknown)\n$`));
    expect(run(kind, ['--capabilities'])).toMatchObject({ status: 0, stderr: '' });
    for (const args of [[], ['--help'], ['-h']])
      expect(run(kind, args).stdout).toContain(`${kind}-worker --socket-path PATH --worker-dir-path DIR`);
  });

  it.each([
    [['no-such-word'], 'no-such-word'],
    [[`${kind === 'prepare' ? 'execute' : 'prepare'}-worker`], `the ${kind} worker`],
    [[`${kind}-worker`], '--socket-path'],
    [[`${kind}-worker`, '--socket-path', '/x'], '--worker-dir-path'],
    [[`${kind}-worker`, '--socket-path'], '--socket-path'],
    [[`${kind}-worker`, '--colour', 'red'], '--colour'],
    [['--check-can-unshare-user-namespace-and-change-root'], 'directory'],
  ])('refuses %j, naming what is wrong', (args, named) => {
    const { status, stdout, stderr } = run(kind, args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(named);
  });

  it.each(USERS)('finds all layers of isolation on this machine, as %s', (_, uid) => {
    const directory = directoryFor(uid);
    const works = { status: 0, stdout: '', stderr: '' };
    for (const check of [...CHECKS, '--check-can-do-secure-clone'])
      expect(run(kind, [check], uid)).toEqual(works);
    expect(run(kind, ['--check-can-unshare-user-namespace-and-change-root', directory], uid)).toEqual(works);
  });

  it.each(USERS)('answers everything at once when it is asked for its capabilities, as %s', (_, uid) => {
    const { status, stdout, stderr } = run(kind, ['--capabilities', directoryFor(uid)], uid);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const answers = Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    expect(answers).toMatchObject({
      version: versionOf(kind),
      'full-version': run(kind, ['--full-version']).stdout.trim(),
      engine: expect.stringContaining('tag-'),
      'check-can-enable-landlock': 'ok',
      'check-can-enable-seccomp': 'ok',
      'check-can-unshare-user-namespace-and-change-root': 'ok',
      'check-can-do-secure-clone': 'ok',
    });
    for (const file of JSON.parse(answers.files ?? '[]')) expect(existsSync(file), file).toBe(true);
    const missing = run(kind, ['--capabilities', join(directoryFor(uid), 'missing')], uid).stdout;
    expect(missing).toMatch(/^check-can-unshare-user-namespace-and-change-root=can-unshare.*ENOENT/m);
    expect(missing).toMatch(/^check-can-do-secure-clone=ok$/m);
  });

  it('says why a layer does not work', () => {
    const missing = join(directoryFor(undefined), 'missing');
    const { status, stderr } = run(kind, ['--check-can-unshare-user-namespace-and-change-root', missing]);
    expect(status).toBe(255);
    expect(stderr).toContain('can-unshare-user-namespace-and-change-root');
  });
});

describe.each(KINDS)('a %s worker that cannot start', (kind) => {
  const start = (socketPath: string, workerDirPath: string, ...rest: string[]) =>
    run(kind, [`${kind}-worker`, '--socket-path', socketPath, '--worker-dir-path', workerDirPath, ...rest]);

  it('names a socket that is a file, or missing', () => {
    const directory = directoryFor(undefined);
    const socketPath = join(directory, 'socket');
    expect(start(socketPath, directory)).toMatchObject({ status: 1 });
    writeFileSync(socketPath, 'no socket');
    const { status, stderr } = start(socketPath, directory);
    expect(status).toBe(1);
    expect(stderr).toContain(socketPath);
    expect(readFileSync(socketPath, 'utf8')).toBe('no socket');
  });

  it('names a worker dir that is missing', () => {
    const directory = directoryFor(undefined);
    const missing = join(directory, 'missing');
    const { status, stderr } = start(join(directory, 'socket'), missing);
    expect(status).toBe(1);
    expect(stderr).toContain(missing);
  });

  it('stops the node that started it when their versions differ', () => {
    const directory = directoryFor(undefined);
    const argv = ['--socket-path', join(directory, 'socket'), '--worker-dir-path', directory];
    const parent = `
      const { spawn } = require('node:child_process');
      const worker = spawn(process.argv[1], process.argv.slice(2), { env: {}, stdio: 'inherit' });
      const seen = [];
      const tell = (what) => { if (seen.push(what) === 2) { console.log(seen.sort().join(' ')); process.exit(); } };
      process.on('SIGTERM', () => tell('SIGTERM'));
      worker.on('exit', (code) => tell('exit-' + code));`;
    const args = [programOf(kind), `${kind}-worker`, ...argv, '--node-impl-version', '0.0.1-other'];
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', parent, ...args], { encoding: 'utf8' });
    expect(stdout).toBe('SIGTERM exit-1\n');
    expect(stderr).toContain('0.0.1-other');
  });
});

describe.each(KINDS)('a %s worker in secure mode', (kind) => {
  it('does not accept environment variables but the log level', async () => {
    const strict = await RawWorker.start(kind, { environment: { LEFT_OVER: 'x', RUST_LOG: 'error' } });
    strict.greet();
    const { status, stderr } = await strict.ended;
    expect(status).toBe(1);
    expect(stderr).toContain('LEFT_OVER');
  });

  it('takes its socket’s path and leaves nothing else behind', async () => {
    const worker = await RawWorker.start(kind);
    worker.greet();
    worker.finishSending();
    expect(await worker.ended).toMatchObject({ status: 1 });
    // The path is free again: another host can listen there.
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(worker.directory, '../socket'), resolve));
    await new Promise((resolve) => server.close(resolve));
    rmSync(worker.directory, { recursive: true });
  });
});
