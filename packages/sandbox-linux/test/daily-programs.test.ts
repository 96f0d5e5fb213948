import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../src/launcher/exec.ts';
import { LACKS } from './support/expected-abilities.ts';
import { FIXTURES, NODE, PACKAGE } from './support/paths.ts';
import { IDENTITIES, type Identity } from './support/spawn.ts';

const CLI = join(PACKAGE, 'dist', 'cli.js');
const NOBODY = 65_534;
const SEARCH_PATH = `/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:${process.env.PATH ?? ''}`;
const TYPESCRIPT = dirname(fileURLToPath(import.meta.resolve('typescript/package.json')));
/** Where the packages of this workspace are. */
const MODULES = (/^(.*?\/node_modules)\//.exec(TYPESCRIPT) as RegExpExecArray)[1] as string;
const GIT = 'git -c user.name=a -c user.email=b -c init.defaultBranch=main';
let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sandbox-linux-'));
  chmodSync(directory, 0o777);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A working directory for anybody, with the fixtures in it. */
function work(): string {
  const own = mkdtempSync(join(directory, 'daily-'));
  cpSync(join(FIXTURES, 'daily'), own, { recursive: true });
  chmodSync(own, 0o777);
  return own;
}

/** Runs a shell's script under a preset. */
function run(
  as: Identity,
  preset: string,
  script: string,
  {
    cwd,
    home,
    options = [],
  }: { readonly cwd: string; readonly home: string; readonly options?: readonly string[] },
) {
  const drop = as === 'user' && process.getuid?.() === 0;
  const command = [CLI, 'run', '--preset', preset, ...options, '--', 'sh', '-c', script];
  const { status, stdout, stderr } = spawnSync(NODE, command, {
    encoding: 'utf8',
    cwd,
    env: { PATH: `${join(home, 'bin')}:${dirname(NODE)}:${SEARCH_PATH}`, HOME: home },
    timeout: 50_000,
    ...(drop ? { uid: NOBODY, gid: NOBODY } : {}),
  });
  return { answer: [status, stdout.trim().split('\n').at(-1)], stderr };
}

interface Daily {
  readonly preset: string;
  /** What the machine must have, or declare as lacking (`SANDBOX_LINUX_LACKS`). */
  readonly program?: string;
  readonly script: string;
  readonly options?: readonly string[];
}

const DAILY: Readonly<Record<string, Daily>> = {
  mktemp: { preset: 'build', script: 'test -f "$(mktemp)" && test -d "$(mktemp -d)" && echo works' },
  git: {
    preset: 'build',
    program: 'git',
    script: `${GIT} init -q repo && cd repo && echo a >a && git add a && ${GIT} commit -q -m works && cd .. &&
      git clone -q repo copy && git clone -q "file://$PWD/repo" other && git clone -q --bare repo bare.git &&
      cd copy && ${GIT} commit -q --allow-empty -m works && git push -q ../bare.git HEAD:main && git gc -q &&
      git -C ../bare.git log -1 --format=%s main`,
  },
  'npm ci': { preset: 'node', program: 'npm', script: 'npm ci --silent && node -p "require(\'dep\')"' },
  'npm ci, from a cache that was given': {
    preset: 'node',
    program: 'npm',
    script:
      'npm cache add ./dep.tgz && rm -rf node_modules && npm ci --offline --silent && node -p "require(\'dep\')"',
    options: ['--private', '/opt/npm-cache', '--env', 'npm_config_cache=/opt/npm-cache'],
  },
  node: { preset: 'node', script: 'node processes.mjs' },
  tsc: {
    preset: 'node',
    script: `echo 'export const a: string = "works"; console.log(a);' >a.ts &&
      node ${join(TYPESCRIPT, 'bin/tsc')} --ignoreConfig --module nodenext --types '' a.ts && node a.js`,
    options: ['--ro', MODULES],
  },
  multiprocessing: { preset: 'python', program: 'python3', script: 'python3 multiprocess.py' },
  pip: {
    preset: 'python',
    program: 'pip3',
    script:
      'python3 make-wheel.py && pip3 install -q --no-index --find-links . --target t hello && python3 t/hello.py',
  },
  'make and cc': { preset: 'build', program: 'cc', script: 'make -s -j2' },
};

describe.each(IDENTITIES)('daily programs under presets, as %s', (as) => {
  test.each(Object.entries(DAILY))('%s', (_, { preset, program, script, options }) => {
    const own = work();
    writeFileSync(join(own, 'package.json'), JSON.stringify(PROJECT));
    writeFileSync(join(own, 'package-lock.json'), JSON.stringify(LOCK));
    packDependency(own);
    const { answer, stderr } = run(as, preset, script, {
      cwd: own,
      home: '/home/nobody-at-all',
      ...(options === undefined ? {} : { options }),
    });
    if (program !== undefined && LACKS.includes(program)) {
      expect(findProgram(program, SEARCH_PATH)).toBeUndefined();
      expect(answer[0]).not.toBe(0);
    } else expect(answer, stderr).toEqual([0, 'works']);
  });

  test('a version manager’s stand-in finds what it stands for', () => {
    const home = work();
    mkdirSync(join(home, '.rustup'));
    mkdirSync(join(home, 'bin'));
    writeFileSync(join(home, '.rustup/settings'), 'works\n');
    writeFileSync(join(home, 'secret'), 'secret\n');
    writeFileSync(
      join(home, 'bin/rustup'),
      '#!/bin/sh\ntest -e "$HOME/secret" || cat "$HOME/.rustup/settings"\n',
      {
        mode: 0o755,
      },
    );
    symlinkSync('rustup', join(home, 'bin/cargo'));
    const { answer, stderr } = run(as, 'build', 'cargo build', { cwd: work(), home });
    expect(answer, stderr).toEqual([0, 'works']);
  });
});

const PROJECT = { name: 'p', version: '1.0.0', dependencies: { dep: 'file:dep.tgz' } };
const LOCK = {
  name: 'p',
  version: '1.0.0',
  lockfileVersion: 3,
  packages: { '': PROJECT, 'node_modules/dep': { version: '1.0.0', resolved: 'file:dep.tgz' } },
};

/** As `npm pack` would. */
function packDependency(own: string): void {
  mkdirSync(join(own, 'package'));
  writeFileSync(join(own, 'package/package.json'), JSON.stringify({ name: 'dep', version: '1.0.0' }));
  writeFileSync(join(own, 'package/index.js'), "module.exports = 'works';\n");
  const { status, stderr } = spawnSync('tar', ['-czf', 'dep.tgz', 'package'], { cwd: own, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  rmSync(join(own, 'package'), { recursive: true });
}
