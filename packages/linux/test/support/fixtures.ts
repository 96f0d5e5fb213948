import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { NODE, packagePath } from './paths.ts';

/** Who a fixture runs as: the one who runs the tests, or an unprivileged user if that is root. */
export type Identity = 'root' | 'user';

export const NOBODY = 65_534;
export const TIMEOUT_MS = 50_000;

/** Both identities when the tests run as root; otherwise the one there is. Being root is no ability of a machine. */
export const IDENTITIES: readonly Identity[] = process.getuid?.() === 0 ? ['root', 'user'] : ['user'];

/** The flags that leave a Node process forkable. */
export const FORKABLE_FLAGS = ['--single-threaded', '--v8-pool-size=0', '--disable-sigusr1'];
/** For code that is locked: V8 patches code of its JavaScript compilers whenever it collects garbage. */
export const LOCKABLE_FLAGS = [
  ...FORKABLE_FLAGS,
  '--no-opt',
  '--no-maglev',
  '--no-sparkplug',
  '--regexp-interpret-all',
];

export interface FixtureOptions {
  readonly as?: Identity;
  readonly flags?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export interface Fixtures {
  /** Runs `node …flags test/fixtures/NAME.ts …args` of the package to its end. */
  spawnFixture(name: string, options?: FixtureOptions): SpawnSyncReturns<string>;
  /**
   * The result of one case of a fixture (see fixtures/support/cases.ts). All cases of a fixture run in one process,
   * once per identity; `alone` gives a case its own.
   * @throws Error with the fixture's output if it did not report
   */
  runCase(fixture: string, name: string, options?: FixtureOptions & { readonly alone?: boolean }): unknown;
}

/** Runs the fixtures of the package in `folder`, in Node processes of their own. */
export function fixturesOf(folder: string): Fixtures {
  const finished = new Map<string, Record<string, unknown>>();

  function spawnFixture(name: string, options: FixtureOptions = {}): SpawnSyncReturns<string> {
    const drop = options.as === 'user' && process.getuid?.() === 0;
    const program = join(packagePath(folder), 'test', 'fixtures', `${name}.ts`);
    return spawnSync(NODE, [...(options.flags ?? FORKABLE_FLAGS), program, ...(options.args ?? [])], {
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      env: { PATH: process.env.PATH ?? '', ...options.env },
      cwd: '/',
      ...(options.input === undefined ? {} : { input: options.input }),
      ...(drop ? { uid: NOBODY, gid: NOBODY } : {}),
    });
  }

  function runCase(
    fixture: string,
    name: string,
    options: FixtureOptions & { readonly alone?: boolean } = {},
  ): unknown {
    const key = `${fixture} ${options.as ?? ''}`;
    const results = options.alone === true ? undefined : finished.get(key);
    if (results !== undefined) return results[name];
    const run = spawnFixture(fixture, { ...options, args: options.alone === true ? [name] : [] });
    const line = run.stdout.split('\n').find((text) => text.startsWith('RESULT '));
    if (run.status !== 0 || line === undefined) {
      throw new Error(
        `${fixture}/${name}: status ${run.status} signal ${run.signal}\n${run.stdout}\n${run.stderr}`,
      );
    }
    const parsed = JSON.parse(line.slice('RESULT '.length)) as Record<string, unknown>;
    if (options.alone !== true) finished.set(key, parsed);
    return parsed[name];
  }

  return { spawnFixture, runCase };
}
