import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { requireOwnDirectory } from '../../src/host/cache-dir.ts';
import { sweep } from '../../src/host/sweep.ts';
import { openWorkspace } from '../../src/host/workspace.ts';
import { tempDir } from '../support/fake-worker.ts';

/** A user who is neither this one nor root. Root can make files of another; others look as if they were another. */
const OTHER_UID = 65_533;
const isRoot = process.geteuid!() === 0;
function giveAway(...paths: readonly string[]): void {
  if (isRoot) for (const path of paths) chownSync(path, OTHER_UID, OTHER_UID);
  else vi.spyOn(process, 'geteuid').mockReturnValue(OTHER_UID);
}
afterEach(() => vi.restoreAllMocks());

const refusal = (path: string, allowGroup = false) =>
  requireOwnDirectory(path, allowGroup).then(
    () => 'accepted',
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );

function directory(mode = 0o700): string {
  const path = join(tempDir(), 'cache');
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

describe('a cache directory', () => {
  it('of this user that nobody else can write to is accepted', async () => {
    expect(await refusal(directory())).toBe('accepted');
    expect(await refusal(directory(0o755))).toBe('accepted');
  });

  it('of another user is refused', async () => {
    const path = directory();
    giveAway(path);
    expect(await refusal(path)).toMatch(/^CACHE_DIR: .* belongs to user \d+, .*chown/);
  });

  it.each([0o777, 0o1777, 0o702])('that everybody can write to is refused (mode %o)', async (mode) => {
    expect(await refusal(directory(mode), true)).toMatch(/^CACHE_DIR: .* every user .*chmod go-w/);
  });

  it('that its group can write to is refused unless the group is trusted', async () => {
    const path = directory(0o770);
    expect(await refusal(path)).toMatch(/^CACHE_DIR: .* group \d+ .*allowGroupWritableCacheDir/);
    expect(await refusal(path, true)).toBe('accepted');
  });

  it('that another user can replace is refused', async () => {
    const path = join(directory(0o777), 'cache');
    mkdirSync(path, { mode: 0o700 });
    expect(await refusal(path)).toMatch(
      /^CACHE_DIR: .* lies in .*, where every user .* could put another one/,
    );
    const deep = join(path, 'deep');
    mkdirSync(deep, { mode: 0o700 });
    expect(await refusal(deep)).toMatch(
      /^CACHE_DIR: .* lies in .*, where every user .* could put another one/,
    );
    const above = directory(0o755);
    mkdirSync(join(above, 'cache'), { mode: 0o700 });
    if (isRoot) {
      giveAway(above);
      expect(await refusal(join(above, 'cache'))).toMatch(/^CACHE_DIR: .* where user \d+ could/);
    }
  });

  it('that a link leads to is looked at where it is', async () => {
    const link = join(tempDir(), 'link');
    symlinkSync(directory(0o777), link);
    expect(await refusal(link)).toMatch(/^CACHE_DIR: .* every user/);
  });

  it('is refused before anything is made in it, and one that is made is for this user alone', async () => {
    const shared = directory(0o777);
    await expect(openWorkspace(shared)).rejects.toMatchObject({ code: 'CACHE_DIR' });
    expect(readdirSync(shared)).toEqual([]);
    const made = join(tempDir(), 'a', 'b');
    const workspace = await openWorkspace(made);
    expect(statSync(made).mode & 0o777).toBe(0o700);
    await workspace.remove();
  });
});

/** A directory with a file in a directory, under a name that is swept. */
function leftover(parent: string, name: string): string {
  const path = join(parent, name);
  mkdirSync(join(path, 'inner'), { recursive: true });
  writeFileSync(join(path, 'inner', 'file'), '');
  return path;
}

describe('the clean-up at start', () => {
  const all = () => true;

  it('removes directories of this user, with all that is in them', () => {
    const parent = tempDir();
    const [gone, kept] = [leftover(parent, 'gone'), leftover(parent, 'kept')];
    sweep(parent, (name) => name === 'gone');
    expect([existsSync(gone), existsSync(kept)]).toEqual([false, true]);
  });

  it('leaves what belongs to another user, wherever it is', () => {
    const parent = tempDir();
    const foreign = leftover(parent, 'foreign');
    const own = leftover(parent, 'own');
    const inner = leftover(own, 'foreign');
    giveAway(foreign, inner);
    sweep(parent, all);
    expect(existsSync(join(foreign, 'inner', 'file'))).toBe(true);
    expect(existsSync(join(inner, 'inner', 'file'))).toBe(true);
  });

  it('follows no link, of whichever kind', () => {
    const [parent, elsewhere] = [tempDir(), tempDir()];
    const victim = leftover(elsewhere, 'victim');
    const own = leftover(parent, 'own');
    symlinkSync(victim, join(parent, 'link'));
    symlinkSync(victim, join(own, 'link'));
    symlinkSync(join(victim, 'inner', 'file'), join(own, 'inner', 'link'));
    sweep(parent, all);
    expect(existsSync(own)).toBe(false);
    expect(existsSync(join(victim, 'inner', 'file'))).toBe(true);
  });

  it('stays in the directory that it has looked at, whatever takes its place meanwhile', () => {
    const parent = tempDir();
    const victim = leftover(tempDir(), 'victim');
    const own = leftover(parent, 'own');
    sweep(parent, (name) => {
      if (name === 'own') {
        renameSync(own, join(parent, 'moved'));
        symlinkSync(victim, own);
      }
      return name === 'own';
    });
    expect(existsSync(join(victim, 'inner', 'file'))).toBe(true);
    expect(readdirSync(join(parent, 'moved'))).toEqual([]);
  });

  it('spares for a week what a run of another container has left, which cannot be looked up', async () => {
    const cacheDir = directory();
    const [fresh, old] = ['fresh', 'old'].map((name) => leftover(cacheDir, `run-1-1-1-${name}`));
    const days = (count: number): Date => new Date(Date.now() - count * 24 * 60 * 60 * 1_000);
    utimesSync(fresh!, days(6), days(6));
    utimesSync(old!, days(8), days(8));
    const workspace = await openWorkspace(cacheDir);
    expect([existsSync(fresh!), existsSync(old!)]).toEqual([true, false]);
    await workspace.remove();
  });

  it('is what a host does in the machine’s directory for temporary files', async () => {
    const workspace = await openWorkspace(undefined);
    const [, , namespace] = workspace.cacheDir.slice(tmpdir().length + 1).split('-');
    const names = ['mine', 'theirs'].map((name) => `pvf-host-${namespace}-4194305-1-${name}`);
    const mine = leftover(tmpdir(), names[0]!);
    // Hosts of other suites sweep there as well: it gets its name when it is not this user's any more.
    const given = leftover(tmpdir(), `not-yet-${names[1]}`);
    if (isRoot) giveAway(given);
    const theirs = join(tmpdir(), names[1]!);
    renameSync(given, theirs);
    const second = await openWorkspace(undefined);
    expect(existsSync(mine)).toBe(false);
    expect(existsSync(theirs)).toBe(isRoot);
    if (isRoot) chownSync(theirs, 0, 0);
    sweep(tmpdir(), (name) => name === names[1]);
    expect(existsSync(theirs)).toBe(false);
    for (const each of [workspace, second]) await each.remove();
  });
});
