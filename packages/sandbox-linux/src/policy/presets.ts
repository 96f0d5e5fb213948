import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { invalidArgument } from '@pvf/linux';
import type { Policy } from './types.ts';

/** What a kind of daily program needs beside the system. */
interface Preset {
  /** Programs whose installations are given, where there are any. */
  readonly programs: readonly string[];
  readonly set: Readonly<Record<string, string>>;
}

const PRESETS = {
  /** Node, npm and what packages run when they are installed. */
  node: {
    programs: ['node', 'npm', 'pnpm', 'yarn', 'corepack', 'git'],
    set: { npm_config_update_notifier: 'false', npm_config_audit: 'false', npm_config_fund: 'false' },
  },
  /** Python, pip and multiprocessing. */
  python: {
    programs: ['python3', 'pip3', 'git'],
    set: { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' },
  },
  /** Compilers, make, git and the above. */
  build: {
    programs: ['git', 'make', 'cc', 'cmake', 'ninja', 'cargo', 'rustc', 'go', 'python3', 'node', 'npm'],
    set: {},
  },
} as const satisfies Record<string, Preset>;

/** Where stand-ins of version managers find what they stand for, as far as it is told; see `programPaths`. */
const versionManagers = (): Record<string, string> =>
  Object.fromEntries(
    ['RUSTUP_HOME', 'VOLTA_HOME'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** The name of a preset. */
export type PresetName = keyof typeof PRESETS;
/** All presets. */
export const PRESET_NAMES: readonly PresetName[] = Object.keys(PRESETS) as PresetName[];

/** Programs whose files a preset gives. */
export const presetPrograms = (name: PresetName): readonly string[] => PRESETS[name].programs;

export function isPreset(name: string): name is PresetName {
  return Object.hasOwn(PRESETS, name);
}

/**
 * The policy of a preset: the working directory may be written and what is in it executed; the home directory is an
 * empty one of the sandbox's own; Unix sockets between its processes, no network. System calls, limits and the programs'
 * own files are not part of it.
 * @param directory the working directory, this process's by default
 * @throws SandboxError INVALID_ARGUMENT for a name that is none, or a working directory that is `/`
 */
export function presetPolicy(name: PresetName, directory: string = process.cwd()): Policy {
  if (!isPreset(name)) invalidArgument('preset', name, `one of ${PRESET_NAMES.join(', ')}`);
  const work = resolve(directory);
  if (work === '/')
    invalidArgument('preset', name, 'it gives the working directory, which is /: change to another');
  const home = resolve(process.env.HOME ?? homedir());
  // After an installation pyenv's stand-in for pip writes to pyenv's own directory, and fails if it may not.
  const rehash = join(process.env.PYENV_ROOT ?? join(home, '.pyenv'), 'pyenv.d/exec/pip-rehash.bash');
  return {
    files: {
      system: true,
      temporary: true,
      write: [work],
      execute: [work],
      ...(existsSync(rehash) ? { hide: [rehash] } : {}),
      ...(home === '/' || home === work ? {} : { private: [home] }),
    },
    network: { access: 'none', unixSockets: true },
    environment: {
      set: { HOME: home === '/' ? '/tmp' : home, ...versionManagers(), ...PRESETS[name].set },
    },
  };
}
