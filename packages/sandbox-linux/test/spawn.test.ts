import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Policy } from '../src/index.ts';
import { NODE } from './support/paths.ts';
import { commandLines, FULL, one, outcomeOf, sh } from './support/sandboxes.ts';
import { IDENTITIES, runSandboxed } from './support/spawn.ts';

const MIB = 1024 * 1024;
let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sandbox-linux-'));
  chmodSync(directory, 0o777);
  writeFileSync(join(directory, 'file'), 'text');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.each(IDENTITIES)('a program in a sandbox, as %s', (as) => {
  test('gets its arguments, input and environment, and its output and status come back', async () => {
    const { end, stdout, stderr } = await one(as, {
      ...sh(
        'read line; echo "$line $1 $GREETING $(printenv HOME || echo none) $(pwd)"; echo oops >&2; exit 7',
        {
          ...FULL,
          environment: { pass: ['PATH'], set: { GREETING: 'hello' } },
        },
      ),
      args: [
        '-c',
        'read line; echo "$line $1 $GREETING $(printenv HOME || echo none) $(pwd)"; echo oops >&2; exit 7',
        'sh',
        'argument',
      ],
      input: 'input\n',
    });
    expect([end.reason, stdout, stderr]).toEqual([
      { type: 'exited', code: 7 },
      'input argument hello none /usr\n',
      'oops\n',
    ]);
    expect(end.outcomes.map(({ layer, status }) => [layer, status])).toEqual([
      ['namespaces', 'enforced'],
      ['network', 'enforced'],
      ['files', 'enforced'],
      ['scopes', 'enforced'],
      ['syscalls', 'enforced'],
      ['privileges', 'enforced'],
      ['environment', 'enforced'],
    ]);
  });

  test('sees its own processes only, has no capability, no way to more, and another host name', async () => {
    const { stdout } = await one(
      as,
      sh(
        'ls /proc | grep -c "^[0-9]"; grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; uname -n; id -u',
      ),
    );
    const id = as === 'root' ? 0 : 65_534;
    const [count, ...rest] = stdout.trim().split('\n');
    expect(Number(count)).toBeLessThan(6);
    expect(rest).toEqual([
      'CapEff:\t0000000000000000',
      'CapBnd:\t0000000000000000',
      'NoNewPrivs:\t1',
      'Seccomp:\t2',
      'sandbox',
      `${process.getuid?.() === 0 ? id : process.getuid?.()}`,
    ]);
  });

  test('reads and writes what it may and nothing else', async () => {
    const own = join(directory, `of-${as}`);
    mkdirSync(own);
    chmodSync(own, 0o777);
    const file = join(directory, 'file');
    const script = `
      cat ${file} && echo
      echo x > ${file} || echo no write
      echo new > ${own}/new && cat ${own}/new
      mv ${own}/new ${own}/moved && ls ${own}
      ls ${directory} || echo no list
      cat /etc/shadow || echo no shadow
      ls / || echo no root`;
    const { stdout } = await one(
      as,
      sh(script, { ...FULL, files: { system: true, read: [file], write: [own] } }),
    );
    expect(stdout.split('\n')).toEqual([
      'text',
      'no write',
      'new',
      'moved',
      'no list',
      'no shadow',
      'no root',
      '',
    ]);
  });

  test('changes modes, owners and times of nothing but what it may write', async () => {
    const own = join(directory, `writable-${as}`);
    const outside = join(directory, `outside-${as}`);
    mkdirSync(own);
    writeFileSync(outside, '');
    if (as === 'user' && process.getuid?.() === 0)
      for (const path of [own, outside]) chownSync(path, 65_534, 65_534);
    const script = `
      touch ${own}/file && chmod 600 ${own}/file && touch -d 2001-01-01 ${own}/file && echo inside
      chmod 666 /dev/null || echo no mode of devices
      chmod 777 ${outside} || echo no mode
      touch -d 2001-01-01 ${outside} || echo no time
      echo x > /dev/null && echo device`;
    const { end, stdout } = await one(
      as,
      sh(script, { ...FULL, files: { system: true, write: [own], keepMetadata: true } }),
    );
    expect(stdout.split('\n')).toEqual(['inside', 'no mode of devices', 'no mode', 'no time', 'device', '']);
    expect(outcomeOf(end, 'files')?.by).toEqual([
      expect.stringContaining('landlock'),
      'read-only mounts',
      'a root of its own',
    ]);
  });

  test('is not started if the policy names a path that does not exist, unless it may be skipped', async () => {
    const files = { system: true, read: [join(directory, 'absent')] };
    const [strict, loose] = await runSandboxed(as, [
      sh('echo ran', { ...FULL, files }),
      sh('echo ran', { ...FULL, files: { ...files, ifMissing: 'skip' } }),
    ]);
    expect(strict?.end.reason).toMatchObject({ type: 'sandbox-failed', code: 'INVALID_ARGUMENT' });
    expect(loose?.stdout).toBe('ran\n');
  });

  test('cannot use the network in any way, and its attempts are counted', async () => {
    const script = `
      const net = require('node:net'), dgram = require('node:dgram');
      const results = [];
      const attempt = (name, make) => new Promise((done) => {
        try { const s = make(); s.on('error', (e) => { results.push(name + ' ' + e.code); done(); }); s.on('connect', () => { results.push(name + ' ok'); done(); }); }
        catch (e) { results.push(name + ' ' + e.code); done(); }
      });
      (async () => {
        await attempt('tcp', () => net.connect(1, '127.0.0.1'));
        await attempt('udp', () => { const s = dgram.createSocket('udp4'); s.bind(0); return s; });
        await attempt('listen', () => { const s = net.createServer(); s.listen(0); return s; });
        await attempt('unix', () => net.connect('/run/socket'));
        console.log(results.join(', '));
      })();`;
    const policy: Policy = { ...FULL, files: { system: true, execute: [NODE] } };
    const { end, stdout } = await one(as, {
      program: NODE,
      args: ['-e', script],
      policy,
      options: { cwd: '/usr' },
    });
    expect(stdout).toBe('tcp EPERM, udp EPERM, listen EPERM, unix EPERM\n');
    expect(end.refused.socket).toBeGreaterThanOrEqual(4);
  });

  test('reaches the TCP ports of its policy and no other, nor any other protocol', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const script = `
      const net = require('node:net'), dgram = require('node:dgram');
      const connect = (options) => new Promise((done) => {
        const s = net.connect(options);
        s.on('connect', () => { s.destroy(); done('ok'); });
        s.on('error', (e) => done(e.code));
      });
      const udp = () => new Promise((done) => {
        try { dgram.createSocket('udp4').bind(0, () => done('ok')).on('error', (e) => done(e.code)); } catch (e) { done(e.code); }
      });
      (async () => {
        console.log(await connect({ port: ${port}, host: '127.0.0.1' }), await connect({ port: 1, host: '127.0.0.1' }),
          await udp(), await connect({ path: '/run/socket' }));
        process.exit();
      })();`;
    const run = async (network: NonNullable<Policy['network']>): Promise<string | undefined> => {
      const policy: Policy = { ...FULL, files: { system: true, execute: [NODE] }, network };
      const { stdout } = await one(as, {
        program: NODE,
        args: ['-e', script],
        policy,
        options: { cwd: '/usr' },
      });
      return stdout;
    };
    expect(await run({ access: 'tcp-ports', connectTcp: [port] })).toBe('ok EACCES EPERM EPERM\n');
    expect(await run({ access: 'tcp-ports', connectTcp: [1], udp: true, unixSockets: true })).toBe(
      'EACCES ECONNREFUSED ok ENOENT\n',
    );
    server.close();
  });

  test('is refused what no ordinary program needs, by name, and goes on', async () => {
    const { end, stdout } = await one(
      as,
      sh('unshare -U true; mount -t tmpfs x /usr; chroot / true; setpriv --version > /dev/null; echo alive'),
    );
    expect(stdout).toBe('alive\n');
    expect(Object.keys(end.refused)).toEqual(expect.arrayContaining(['unshare', 'mount', 'chroot']));
    expect(end.reason).toEqual({ type: 'exited', code: 0 });
  });

  test('is killed by the first forbidden call where the policy says so, and the call is named', async () => {
    const { end, stdout } = await one(
      as,
      sh('echo before; unshare -U true; echo after', {
        ...FULL,
        syscalls: { deny: ['unshare'], onViolation: 'kill' },
      }),
    );
    expect(stdout).toBe('before\n');
    expect(end.reason).toMatchObject({ type: 'syscall-violation', syscall: 'unshare' });
  });

  test('without a supervisor the same calls are refused and killed for, namelessly', async () => {
    const [refused, killed] = await runSandboxed(as, [
      sh('unshare -U true; echo alive', FULL, { options: { unsupervised: true, cwd: '/' } }),
      {
        program: 'unshare',
        args: ['-U', 'true'],
        policy: { ...FULL, syscalls: { deny: ['unshare'], onViolation: 'kill' } },
        options: { unsupervised: true, cwd: '/usr' },
      },
    ]);
    expect([refused?.stdout, refused?.end.refused]).toEqual(['alive\n', {}]);
    expect(refused?.stderr).toContain('not permitted');
    expect(killed?.end.reason).toEqual({ type: 'syscall-violation' });
  });

  test('runs under a list of allowed calls, and may start no other program unless that is allowed', async () => {
    const allow: NonNullable<Policy['syscalls']>['allow'] = [
      ...([
        'read',
        'write',
        'openat',
        'open',
        'close',
        'fstat',
        'newfstatat',
        'stat',
        'lstat',
        'mmap',
        'munmap',
        'mprotect',
        'brk',
      ] as const),
      ...([
        'rt_sigaction',
        'rt_sigprocmask',
        'getpid',
        'getppid',
        'getuid',
        'geteuid',
        'getgid',
        'getegid',
        'access',
        'faccessat',
      ] as const),
      ...([
        'arch_prctl',
        'set_tid_address',
        'set_robust_list',
        'rseq',
        'prlimit64',
        'getrandom',
        'pread64',
        'fcntl',
        'dup2',
        'dup3',
      ] as const),
      ...(['clone', 'vfork', 'fork', 'wait4', 'getcwd', 'ioctl', 'readlink', 'uname'] as const),
    ];
    const [alone, other, allowed] = await runSandboxed(as, [
      sh('echo shell', { ...FULL, syscalls: { allow } }),
      sh('/bin/true; echo $?', { ...FULL, syscalls: { allow } }),
      sh('/bin/true; echo $?', { ...FULL, syscalls: { allow: [...allow, 'execve'] } }),
    ]);
    expect([alone?.stdout, alone?.end.reason]).toEqual(['shell\n', { type: 'exited', code: 0 }]);
    expect([other?.stdout, other?.end.refused.execve]).toEqual(['126\n', 1]);
    expect(allowed?.stdout).toBe('0\n');
  });

  test('is stopped at its limits, and the limit is named', async () => {
    const spin = 'while :; do :; done';
    const eat = 'const a = []; for (;;) a.push(Buffer.alloc(1e6, 1))';
    const [cpu, split, wall, memory, fileSize] = await runSandboxed(as, [
      sh(spin, { ...FULL, limits: { cpuMs: 300 } }),
      sh(`(${spin}) & (${spin}) & ${spin}`, { ...FULL, limits: { cpuMs: 600 } }),
      sh('sleep 60', { ...FULL, limits: { wallMs: 200 } }),
      {
        program: NODE,
        args: ['-e', eat],
        policy: {
          ...FULL,
          files: { system: true, execute: [NODE] },
          limits: { memoryBytes: 96 * MIB },
        },
        options: { cwd: '/usr' },
      },
      {
        program: 'dd',
        args: ['if=/dev/zero', `of=${directory}/large-${as}`, 'bs=65536'],
        policy: { ...FULL, files: { system: true, write: [directory] }, limits: { fileBytes: MIB } },
        options: { cwd: '/usr' },
      },
    ]);
    expect(cpu?.end.reason).toEqual({ type: 'limit', limit: 'cpu' });
    expect(split?.end.reason).toEqual({ type: 'limit', limit: 'cpu' });
    expect(wall?.end.reason).toEqual({ type: 'limit', limit: 'wall' });
    expect(memory?.end.reason).toEqual({ type: 'limit', limit: 'memory' });
    // the kernel keeps it to the byte where there is a cgroup
    expect(memory?.end.usage.peakMemoryBytes).toBeGreaterThanOrEqual(96 * MIB);
    expect(fileSize?.end.reason).toEqual({ type: 'limit', limit: 'file-size' });
  });

  test('gets the signals that it is sent and dies of them', async () => {
    const [trapped, killed] = await runSandboxed(as, [
      sh('trap "echo got; exit 3" TERM; echo ready; while :; do sleep 0.05; done', FULL, {
        signals: [{ signal: 'SIGTERM', afterOutput: 'ready\n' }],
      }),
      sh('echo ready; while :; do sleep 0.05; done', FULL, {
        signals: [{ signal: 'SIGKILL', afterOutput: 'ready\n' }],
      }),
    ]);
    expect([trapped?.stdout, trapped?.end.reason]).toEqual(['ready\ngot\n', { type: 'exited', code: 3 }]);
    expect(killed?.end.reason).toEqual({ type: 'signaled', signal: 9 });
  });

  test('leaves nothing running behind, with a process table of its own or without', async () => {
    const marker = `sleep ${1000 + Math.floor(Math.random() * 1_000_000)}`;
    const { namespaces: _, ...bare } = FULL;
    const results = await runSandboxed(as, [
      sh(`${marker} & ${marker} & (setsid ${marker} &) ; echo done`, FULL),
      sh(`${marker} & ${marker} & (setsid ${marker} &) ; sleep 0.1; echo done`, {
        ...bare,
        network: { access: 'none', enforce: 'best-effort' },
      }),
    ]);
    for (const { stdout, end } of results)
      expect([stdout, end.reason]).toEqual(['done\n', { type: 'exited', code: 0 }]);
    expect(commandLines().filter((line) => line.includes(marker))).toEqual([]);
  });

  test('that cannot be started is told apart from one that fails', async () => {
    const [absent, notExecutable, forbidden, directoryItself] = await runSandboxed(as, [
      { program: 'no-such-program', policy: FULL },
      {
        program: join(directory, 'file'),
        policy: { ...FULL, files: { system: true, execute: [directory] } },
      },
      { program: NODE, policy: FULL },
      sh('true', FULL, { options: { cwd: '/no/such/directory' } }),
    ]);
    expect(absent?.end.reason).toMatchObject({ type: 'not-started', errno: 'ENOENT' });
    expect(notExecutable?.end.reason).toMatchObject({ type: 'not-started', errno: 'EACCES' });
    expect(forbidden?.end.reason).toMatchObject({ type: 'not-started', errno: 'ENOENT' });
    expect(directoryItself?.end.reason).toMatchObject({ type: 'sandbox-failed', code: 'SYSCALL_FAILED' });
  });

  test('can be given another root, in which the old one cannot be found', async () => {
    const root = mkdtempSync(join(tmpdir(), 'sandbox-linux-'));
    chmodSync(root, 0o755);
    writeFileSync(join(root, 'inside'), 'here');
    try {
      const { end } = await one(as, {
        program: '/bin/sh',
        args: ['-c', 'true'],
        policy: {
          namespaces: { namespaces: ['user', 'mount', 'pid'] },
          root: { directory: root, readOnly: true },
        },
        options: { cwd: '/' },
      });
      expect(end.reason).toMatchObject({ type: 'not-started', errno: 'ENOENT' });
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

describe.each(IDENTITIES.filter((name) => name === 'root'))('%s', () => {
  test('can run a program as another user, who then has no way back', async () => {
    const { stdout } = await one(
      'root',
      sh('id -u; id -g; id -G; cat /proc/self/status | grep CapPrm', {
        ...FULL,
        user: { uid: 1234, gid: 4321 },
      }),
    );
    expect(stdout).toBe('1234\n4321\n4321\nCapPrm:\t0000000000000000\n');
  });
});
