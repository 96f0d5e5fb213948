import { describe, expect, test } from 'vitest';
import type { Policy } from '../src/index.ts';
import type { SandboxSpec } from './fixtures/sandboxed.ts';
import { FULL, one, outcomeOf, sh } from './support/sandboxes.ts';
import { IDENTITIES, runSandboxed } from './support/spawn.ts';

describe.each(IDENTITIES)('on a machine without namespaces, as %s', (as) => {
  test('a required layer that needs them is an error that names it', async () => {
    const { end } = await one(as, sh('echo ran'), { namespaces: false });
    expect(end.reason).toMatchObject({ type: 'sandbox-failed', code: 'LAYER_UNAVAILABLE' });
    expect((end.reason as { message: string }).message).toContain('namespaces');
  });

  test('Landlock, seccomp and limits still hold, and what is missing is said', async () => {
    const policy: Policy = {
      ...FULL,
      namespaces: { namespaces: ['user', 'pid', 'mount'], enforce: 'best-effort' },
      limits: { cpuMs: 300 },
    };
    const [files, cpu] = await runSandboxed(
      as,
      [
        sh('cat /etc/shadow; ls /root; mount -t tmpfs x /usr; echo alive', policy),
        sh('while :; do :; done', policy),
      ],
      { namespaces: false },
    );
    expect(files?.stdout).toBe('alive\n');
    expect(files?.stderr).toContain('shadow');
    expect(files?.end.refused).toHaveProperty('mount');
    expect(outcomeOf(files?.end, 'namespaces')).toMatchObject({
      status: 'not-enforced',
      missing: ['user namespace', 'pid namespace', 'mount namespace'],
    });
    expect(outcomeOf(files?.end, 'network')).toMatchObject({
      status: 'enforced',
      by: ['seccomp (which sockets can be made)', expect.stringContaining('landlock')],
    });
    expect(cpu?.end.reason).toEqual({ type: 'limit', limit: 'cpu' });
  });
});

describe.each(IDENTITIES)('on a machine whose namespaces allow no mounts, as %s', (as) => {
  const options = { namespaces: 'unusable' } as const;

  test('a required mount namespace is an error that names it', async () => {
    const { end } = await one(as, sh('echo ran'), options);
    expect(end.reason).toMatchObject({ type: 'sandbox-failed', code: 'LAYER_UNAVAILABLE' });
    expect((end.reason as { message: string }).message).toContain('mount namespace');
  });

  test('with best effort the other namespaces are used, and what is missing is said', async () => {
    const namespaces = { namespaces: ['user', 'pid', 'mount', 'ipc'], enforce: 'best-effort' } as const;
    const { end, stdout } = await one(
      as,
      sh('cat /etc/shadow; echo alive', { ...FULL, namespaces }),
      options,
    );
    expect(stdout).toBe('alive\n');
    expect(outcomeOf(end, 'namespaces')).toMatchObject({
      status: 'partial',
      missing: ['mount namespace'],
    });
  });
});

describe.each(IDENTITIES)('without namespaces, as %s', (as) => {
  test('modes, owners and times are kept by refusing every change, where that is asked for', async () => {
    const { namespaces: _, ...rest } = FULL;
    const policy: Policy = { ...rest, files: { system: true, keepMetadata: true } };
    const { end, stdout } = await one(
      as,
      sh('chmod 777 /usr; touch -d 2001-01-01 /usr; echo alive', policy),
      { namespaces: false },
    );
    expect(stdout).toBe('alive\n');
    expect(Object.keys(end.refused)).toEqual(expect.arrayContaining(['fchmodat', 'utimensat']));
    expect(outcomeOf(end, 'files')).toMatchObject({
      status: 'enforced',
      by: [expect.anything(), expect.stringContaining('seccomp')],
    });
  });
});

describe('with an old Landlock', () => {
  const spec = (policy: Policy): SandboxSpec =>
    sh('cat /etc/shadow; echo alive', policy, { options: { landlockAbi: 2, cwd: '/' } });

  test('rights that it lacks are an error, unless best effort is enough', async () => {
    const files = { system: true, enforce: 'best-effort' } as const;
    const [strict, loose, ports] = await runSandboxed('root', [
      spec(FULL),
      spec({ ...FULL, files, scopes: { scopes: ['signal'], enforce: 'best-effort' } }),
      spec({ network: { access: 'tcp-ports', connectTcp: [443] } }),
    ]);
    expect(strict?.end.reason).toMatchObject({ type: 'sandbox-failed', code: 'LAYER_UNAVAILABLE' });
    expect(loose?.stdout).toBe('alive\n');
    expect(outcomeOf(loose?.end, 'files')).toMatchObject({
      status: 'partial',
      missing: ['truncate', 'ioctl-dev'],
    });
    expect(outcomeOf(loose?.end, 'scopes')).toMatchObject({
      status: 'not-enforced',
      missing: ['signal'],
    });
    expect(ports?.end.reason).toMatchObject({
      type: 'sandbox-failed',
      message: expect.stringContaining('TCP ports'),
    });
  });
});
