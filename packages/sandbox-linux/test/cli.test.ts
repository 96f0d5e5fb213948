import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SandboxEnd } from '../src/index.ts';
import { findProgram } from '../src/launcher/exec.ts';
import { NODE, PACKAGE } from './support/paths.ts';
import { IDENTITIES, type Identity } from './support/spawn.ts';

const CLI = join(PACKAGE, 'dist', 'cli.js');
const NOBODY = 65_534;
const SYSTEM_PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';
let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sandbox-linux-'));
  chmodSync(directory, 0o777);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function cli(
  as: Identity,
  args: readonly string[],
  options: {
    readonly input?: string;
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): { status: number | null; stdout: string; stderr: string } {
  const drop = as === 'user' && process.getuid?.() === 0;
  const { status, stdout, stderr } = spawnSync(NODE, [CLI, ...args], {
    encoding: 'utf8',
    input: options.input ?? '',
    cwd: options.cwd ?? directory,
    env: { PATH: SYSTEM_PATH, HOME: '/', SECRET: 'x', ...options.env },
    timeout: 50_000,
    ...(drop ? { uid: NOBODY, gid: NOBODY } : {}),
  });
  return { status, stdout, stderr };
}

describe.each(IDENTITIES)('sandbox-linux run, as %s', (as) => {
  const run = (options: readonly string[], program: readonly string[], input = '') =>
    cli(as, ['run', ...options, '--', ...program], { input });

  test('runs a shell, with its input, output and status', () => {
    const { status, stdout, stderr } = run(
      [],
      ['sh', '-c', 'read x; echo "$x $(printenv SECRET || echo none)"; exit 5'],
      'hello\n',
    );
    expect([status, stdout]).toEqual([5, 'hello none\n']);
    expect(stderr).toMatch(/^sandbox: exited with 5 \(CPU [\d.]+ s, wall [\d.]+ s\)$/m);
  });

  test('runs Node, which writes where it may and reads nothing else', () => {
    const script = `
      const fs = require('node:fs');
      const tell = (f) => { try { return f(); } catch (e) { return e.code; } };
      fs.writeFileSync('by-${as}', 'written');
      console.log(tell(() => fs.readdirSync('/home')), tell(() => fs.readFileSync('/etc/shadow')), tell(() => fs.writeFileSync('/tmp/x', '')));`;
    const { status, stdout } = run(['--rw', directory, '--mem', '512M'], [NODE, '-e', script]);
    expect([status, stdout]).toEqual([0, 'ENOENT ENOENT undefined\n']);
    expect(readFileSync(join(directory, `by-${as}`), 'utf8')).toBe('written');
  });

  test('runs Python, or says that there is none', () => {
    const installed = findProgram('python3', SYSTEM_PATH) !== undefined;
    const { status, stdout } = run(
      ['--net', 'none'],
      ['python3', '-c', 'import json; print(json.dumps([1 + 1]))'],
    );
    expect([status, stdout]).toEqual(installed ? [0, '[2]\n'] : [127, '']);
  });

  test('says what stopped a program: limits', () => {
    const spin = ['sh', '-c', 'while :; do :; done'];
    const cpu = run(['--cpu', '200ms'], spin);
    expect([cpu.status, cpu.stderr]).toEqual([
      124,
      expect.stringContaining('stopped: CPU time limit of 0.2 s'),
    ]);
    const wall = run(['--wall', '0.2s'], ['sleep', '60']);
    expect([wall.status, wall.stderr]).toEqual([
      124,
      expect.stringContaining('stopped: wall time limit of 0.2 s'),
    ]);
    const memory = run(['--mem', '96M'], [NODE, '-e', 'const a = []; for (;;) a.push(Buffer.alloc(1e6, 1))']);
    expect([memory.status, memory.stderr]).toEqual([
      124,
      expect.stringContaining('stopped: memory limit of 96 MiB'),
    ]);
  });

  test('says what stopped a program: system calls, signals, its own absence', () => {
    const violation = run(['--on-violation', 'kill'], ['unshare', '-U', 'true']);
    expect([violation.status, violation.stderr]).toEqual([
      159,
      expect.stringContaining('system call unshare is not allowed'),
    ]);
    const refused = run([], ['sh', '-c', 'mount -t tmpfs x /usr; exit 0']);
    expect([refused.status, refused.stderr]).toEqual([
      0,
      expect.stringContaining('refused system calls: mount ×1'),
    ]);
    const signal = run([], ['sh', '-c', 'kill -9 $$']);
    expect([signal.status, signal.stderr]).toEqual([137, expect.stringContaining('ended by SIGKILL')]);
    expect(run([], ['no-such-program']).status).toBe(127);
    expect(run(['--no-system'], ['sh', '-c', 'true']).status).toBe(127);
    expect(run(['--no-system', '--visible'], ['sh', '-c', 'true']).status).toBe(126);
    const exec = run(['--deny', '@exec'], ['sh', '-c', '/bin/true']);
    expect([exec.status, exec.stderr]).toEqual([126, expect.stringContaining('execve ×1')]);
  });

  test('passes environment variables that are named and sets others', () => {
    const { stdout } = run(['--env', 'SECRET', '--env', 'A=b=c'], ['sh', '-c', 'echo $SECRET $A']);
    expect(stdout).toBe('x b=c\n');
  });

  test('is quiet when asked to and all is well, and reports as JSON', () => {
    expect(run(['--quiet'], ['true']).stderr).toBe('');
    expect(run(['--quiet'], ['false']).stderr).toContain('exited with 1');
    const report = join(directory, `report-${as}`);
    run(['--json', report], ['true']);
    const end = JSON.parse(readFileSync(report, 'utf8')) as SandboxEnd;
    expect([end.reason, end.outcomes.length]).toEqual([{ type: 'exited', code: 0 }, 7]);
    expect(JSON.parse(run(['--json', '-'], ['true']).stderr).reason).toEqual({ type: 'exited', code: 0 });
  });

  test('an interrupt of the whole process group reaches the program once', async () => {
    const drop = as === 'user' && process.getuid?.() === 0;
    const script =
      'n=0; trap "n=\\$((n+1))" INT; echo ready; i=0; while [ $i -lt 10 ]; do sleep 0.1; i=$((i+1)); done; echo $n; exit 9';
    const child = spawn(NODE, [CLI, 'run', '--', 'sh', '-c', script], {
      cwd: directory,
      env: { PATH: SYSTEM_PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(drop ? { uid: NOBODY, gid: NOBODY } : {}),
    });
    const ended = once(child, 'close');
    const errors = text(child.stderr);
    let output = '';
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      output += chunk;
      if (output === 'ready\n') process.kill(-(child.pid as number), 'SIGINT');
    }
    expect([output, (await ended)[0]]).toEqual(['ready\n1\n', 9]);
    expect(await errors).toContain('exited with 9');
  });

  test('--net host restricts no socket', () => {
    const script = "require('node:net').connect(1, '127.0.0.1').on('error', (e) => console.log(e.code))";
    expect(run(['--net', 'host'], [NODE, '-e', script]).stdout).toBe('ECONNREFUSED\n');
    expect(run([], [NODE, '-e', script]).stdout).toBe('EPERM\n');
  });

  test.each<[string, readonly string[]]>([
    ['no program', ['run', '--net', 'none']],
    ['no separator', ['run', 'true']],
    ['an unknown option', ['run', '--what', '--', 'true']],
    ['a wrong size', ['run', '--mem', 'lots', '--', 'true']],
    ['a wrong call', ['run', '--deny', 'everything', '--', 'true']],
    ['an unknown option of the probe', ['probe', '--what']],
    ['no command', []],
    ['an unknown command', ['walk']],
  ])('%s is a usage error that names it', (_, args) => {
    const { status, stderr } = cli(as, args);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^sandbox-linux: .+/)]);
  });

  test('a path that does not exist is named', () => {
    const { status, stderr } = run(['--ro', join(directory, 'absent')], ['true']);
    expect([status, stderr]).toEqual([125, expect.stringContaining(join(directory, 'absent'))]);
    expect(existsSync(join(directory, 'absent'))).toBe(false);
  });

  test('what is not given does not exist; what is hidden within it neither', () => {
    const tree = mkdtempSync(join(directory, 'tree-'));
    chmodSync(tree, 0o777);
    mkdirSync(join(tree, 'keys'));
    writeFileSync(join(tree, 'open'), 'open\n');
    writeFileSync(join(tree, 'secret'), 'secret\n');
    const look =
      'ls "$0"; cat "$0/open" "$0/secret" "$0/keys/x" 2>&1; echo new 2>/dev/null >"$0/secret"; test -e /root -o -e /home || echo absent';
    const hide = ['--hide', join(tree, 'secret'), '--hide', join(tree, 'keys')];
    const read = run(['--ro', tree, ...hide], ['sh', '-c', look, tree]);
    expect(read.stdout.split('\n').filter((line) => !line.startsWith('cat:'))).toEqual([
      'open',
      'open',
      'absent',
      '',
    ]);
    expect(read.stdout).toContain('No such file');
    // they stay in a directory that may be written, empty
    const write = run(['--rw', tree, ...hide], ['sh', '-c', look, tree]);
    expect(write.stdout).not.toContain('secret\nsecret');
    expect([readFileSync(join(tree, 'secret'), 'utf8'), write.stdout.includes('absent')]).toEqual([
      'secret\n',
      true,
    ]);
  });

  test('what is hidden stays so where its directory was bound to another place', () => {
    const tree = mkdtempSync(join(directory, 'bound-'));
    chmodSync(tree, 0o777);
    mkdirSync(join(tree, 'keys'));
    chmodSync(join(tree, 'keys'), 0o777);
    for (const name of ['open', 'secret', 'keys/x']) {
      writeFileSync(join(tree, name), `${name}\n`);
      chmodSync(join(tree, name), 0o666);
    }
    const look =
      'cat /data/open /data/secret /data/keys/x 2>/dev/null; echo new 2>/dev/null >/data/secret; echo new 2>/dev/null >/data/keys/x; ls /data';
    const hide = ['--hide', join(tree, 'secret'), '--hide', join(tree, 'keys')];
    const run = (bind: string, options: readonly string[]) =>
      cli(as, ['run', bind, `${tree}:/data`, ...options, '--', 'sh', '-c', look]).stdout;
    const read = () => ['secret', 'keys/x'].map((name) => readFileSync(join(tree, name), 'utf8'));
    expect(run('--bind', hide)).toBe('open\nopen\n');
    expect(run('--bind-rw', hide)).toBe('open\nkeys\nopen\nsecret\n');
    expect(read()).toEqual(['secret\n', 'keys/x\n']);
    expect(run('--bind-rw', [])).toBe('open\nsecret\nkeys/x\nkeys\nopen\nsecret\n');
    expect(read()).toEqual(['new\n', 'new\n']);
  });

  test('temporary and private directories are its own and gone at the end; binds are where they are asked for', () => {
    const own = mkdtempSync(join(directory, 'own-'));
    chmodSync(own, 0o777);
    const script =
      'f=$(mktemp) && echo $f; echo a >/dev/shm/a; echo b >/opt/private/b; cat /opt/private/b /data/given; echo x >/data/made';
    writeFileSync(join(own, 'given'), 'given\n');
    const { stdout, status } = run(
      ['--private', '/opt/private', '--bind-rw', `${own}:/data`],
      ['sh', '-c', script],
    );
    const [file, ...rest] = stdout.split('\n');
    expect([status, rest]).toEqual([0, ['b', 'given', '']]);
    expect([existsSync(file as string), existsSync('/opt/private'), existsSync('/dev/shm/a')]).toEqual([
      false,
      false,
      false,
    ]);
    expect(readFileSync(join(own, 'made'), 'utf8')).toBe('x\n');
    const read = run(
      ['--bind', `${own}:/data`],
      ['sh', '-c', 'cat /data/given; echo no >/data/given || echo refused'],
    );
    expect(read.stdout).toBe('given\nrefused\n');
  });

  test('a preset gives the working directory and an empty home; a policy file is checked', () => {
    const work = mkdtempSync(join(directory, 'work-'));
    chmodSync(work, 0o777);
    const preset = cli(
      as,
      [
        'run',
        '--quiet',
        '--preset',
        'build',
        '--',
        'sh',
        '-c',
        'echo x >made; echo y >"$HOME/h"; ls -A "$HOME"; pwd',
      ],
      { cwd: work, env: { HOME: directory } },
    );
    expect([preset.status, preset.stdout.split('\n').sort()]).toEqual([
      0,
      ['', 'h', basename(work), work].sort(),
    ]);
    expect([readFileSync(join(work, 'made'), 'utf8'), existsSync(join(directory, 'h'))]).toEqual([
      'x\n',
      false,
    ]);
    const file = join(work, 'policy.json');
    writeFileSync(
      file,
      JSON.stringify({ files: { bind: [{ source: '.', target: '/data' }] }, limits: { wallMs: 9000 } }),
    );
    expect(run(['--policy', file], ['ls', '/data']).stdout).toBe('made\npolicy.json\n');
    for (const wrong of [
      { fils: {} },
      { files: { reed: [] } },
      { preset: 'none' },
      { limits: { wallMs: 'long' } },
    ]) {
      writeFileSync(file, JSON.stringify(wrong));
      expect(run(['--policy', file], ['true']).status).toBe(2);
    }
  });

  test('scripts with an interpreter line run', () => {
    const script = join(directory, `script-${as}`);
    writeFileSync(script, '#!/usr/bin/env sh\necho from a script\n', { mode: 0o755 });
    expect(run([], [script]).stdout).toBe('from a script\n');
  });
});

test('help, version and probe', () => {
  expect(cli('user', ['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(cli('user', ['probe', '--help']).stdout).toContain('--ro PATH');
  expect(cli('user', ['--help']).stdout).toContain('--ro PATH');
  const probe = cli('user', ['probe', '--json']);
  expect([probe.status, JSON.parse(probe.stdout).layers.length > 10]).toEqual([0, true]);
  expect(cli('user', ['probe']).stdout).toContain('landlock');
});
