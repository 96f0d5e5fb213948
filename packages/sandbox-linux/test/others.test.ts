import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NOBODY } from '../../linux/test/support/fixtures.ts';
import { DEFAULT_DENIED, type FilePolicy, type Policy } from '../src/index.ts';
import type { SandboxSpec } from './fixtures/sandboxed.ts';
import { FIXTURES, NODE, PACKAGE } from './support/paths.ts';
import { FULL, one } from './support/sandboxes.ts';
import { IDENTITIES, type Identity, runSandboxed } from './support/spawn.ts';

const MODULES = PACKAGE.includes('/packages/') ? dirname(dirname(PACKAGE)) : PACKAGE;
let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sandbox-linux-'));
  chmodSync(directory, 0o777);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A directory of the user's own, with a file that is given as standard input alone. */
function place(as: Identity) {
  const own = mkdtempSync(join(directory, `${as}-`));
  chmodSync(own, 0o777);
  const input = join(directory, `input-${own.slice(-6)}`);
  writeFileSync(input, 'one\ntwo\nthree\n', { mode: 0o600 });
  if (as === 'user' && process.getuid?.() === 0) chownSync(input, NOBODY, NOBODY);
  return { own, input };
}

const attempts = (own: string, names: readonly string[], policy: Policy): SandboxSpec => ({
  program: NODE,
  args: [join(FIXTURES, 'attempts.ts'), ...names],
  policy,
  options: { cwd: own },
});
const files = (own: string): FilePolicy => ({
  system: true,
  execute: [dirname(dirname(NODE)), MODULES],
  write: [own],
});
const answersOf = (stdout: string): unknown => JSON.parse(stdout.trim() || '{}');

describe.each(IDENTITIES)('what is not the sandbox’s own, as %s', (as) => {
  const OTHERS = ['limits of the supervisor', 'priority of its group', 'lease'];
  const OWN = ['look at them', 'limits of itself', 'priority of itself'];

  test('no limits of another process, priority of a group, or lease', async () => {
    const { own } = place(as);
    const { stdout, end } = await one(as, attempts(own, [...OTHERS, ...OWN], { ...FULL, files: files(own) }));
    expect(answersOf(stdout)).toEqual(
      Object.fromEntries([...OTHERS.map((name) => [name, 'EPERM']), ...OWN.map((name) => [name, 'ok'])]),
    );
    expect(end.reason).toEqual({ type: 'exited', code: 0 });
  });

  test('which the default groups alone refuse', async () => {
    const { own } = place(as);
    const syscalls = { deny: DEFAULT_DENIED.filter((name) => name !== '@others') };
    const { stdout } = await one(as, attempts(own, OTHERS, { network: { access: 'none' }, syscalls }), {
      namespaces: false,
    });
    // root's capabilities shield its processes from those of a program that has lost them
    const group = as === 'root' ? 'EPERM' : 'ok';
    expect(answersOf(stdout)).toEqual({
      'limits of the supervisor': 'ok',
      'priority of its group': group,
      lease: 'ok',
    });
  });

  test('the supervisor is not stopped, ended or looked into', async () => {
    const { own } = place(as);
    const names = [
      'stop the supervisor',
      'wake the supervisor',
      'environment of the supervisor',
      'signal by a pipe',
    ];
    const specs = [attempts(own, names, { ...FULL, files: files(own) })];
    const [inside] = await runSandboxed(as, specs);
    expect(answersOf(inside?.stdout ?? '')).toEqual({
      'stop the supervisor': 'EPERM',
      'wake the supervisor': 'EPERM',
      'environment of the supervisor': 'EACCES',
      'signal by a pipe': 'ok,ok,ok,ok',
    });
    expect(inside?.end.reason).toEqual({ type: 'exited', code: 0 });
    // what scopes and the pid namespace keep
    const [woken, killed] = await runSandboxed(as, [
      attempts(own, ['wake the supervisor'], { network: { access: 'host' } }),
      attempts(own, ['signal by a pipe'], { network: { access: 'host' } }),
    ]);
    expect(answersOf(woken?.stdout ?? '')).toEqual({ 'wake the supervisor': 'ok' });
    expect(killed?.end.reason.type).toBe('sandbox-failed');
  });

  test('of a file as standard input neither mode nor times nor attributes', async () => {
    const names = ['mode of the input', 'times of the input', 'attributes of the input'];
    const { own, input } = place(as);
    const kept = await one(as, { ...attempts(own, names, { ...FULL, files: files(own) }), inputFrom: input });
    expect(answersOf(kept.stdout)).toEqual(Object.fromEntries(names.map((name) => [name, 'EROFS'])));
    expect([statSync(input).mode & 0o777, statSync(input).mtimeMs > 0]).toEqual([0o600, true]);
    const loose = await one(as, { ...attempts(own, names, {}), inputFrom: input });
    expect(answersOf(loose.stdout)).toEqual({
      'mode of the input': 'ok',
      'times of the input': 'ok',
      // not every file system has them
      'attributes of the input': expect.stringMatching(/^(ok|EOPNOTSUPP)$/),
    });
    expect([statSync(input).mode & 0o777, statSync(input).mtimeMs]).toEqual([0o640, 0]);
  });

  test('a directory as standard input leads nowhere', async () => {
    const { own } = place(as);
    const spec = attempts(own, ['path out of the input'], { ...FULL, files: files(own) });
    const { end } = await one(as, { ...spec, inputFrom: '/etc' });
    expect(end.reason).toMatchObject({ type: 'sandbox-failed', code: 'INVALID_ARGUMENT' });
    const loose = await one(as, { ...spec, policy: {}, inputFrom: '/etc' });
    expect(answersOf(loose.stdout)).toEqual({ 'path out of the input': 'ok' });
  });
});
