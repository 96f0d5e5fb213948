import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ComponentError } from './errors.ts';

/** Of the tools that decide the output. Other versions may give other bytes, so they are refused. */
export const TOOL_VERSIONS: Readonly<Record<string, string>> = {
  '@bytecodealliance/jco-transpile': '0.15.0',
  binaryen: '130.0.0',
};

const VARIABLE = 'PVF_COMPONENT_TOOLCHAIN';

/** This package's own folder, from `src` as from `dist`; undefined in a program that has it built in. */
export function packageRoot(): string | undefined {
  if (import.meta.url === undefined) return undefined;
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'wit', 'pvf-parachain.wit'))) {
    if (dirname(directory) === directory) return undefined;
    directory = dirname(directory);
  }
  return directory;
}

/** A file or folder of this package. */
export function packageFile(...path: readonly string[]): string {
  const root = packageRoot();
  if (root !== undefined) return join(root, ...path);
  throw new ComponentError(
    'TOOLCHAIN',
    { tool: '@pvf/component', expected: 'its files', found: undefined },
    'the standalone program cannot build components',
    'install the npm package @pvf/cli and use its `pvf`',
  );
}

/** The lock that pins the tools and all that they need: a folder of `package.json` and `package-lock.json`. */
export function toolchainLock(): string {
  return packageFile('toolchain');
}

/** Where `pvf component setup` installs the tools (105 MB) for this version of the lock. */
export function toolchainDirectory(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const base = env.XDG_CACHE_HOME;
  const cache = base?.startsWith('/') ? base : join(env.HOME ?? homedir(), '.cache');
  const versions = Object.values(TOOL_VERSIONS).join('-');
  return join(cache, 'pvf', `component-toolchain-${versions}`);
}

/**
 * The `node_modules` with the tools: of `directory`, of $PVF_COMPONENT_TOOLCHAIN, of this package's `toolchain` folder, or
 * of the place where `pvf component setup` installs them; the first that is there.
 * @throws ComponentError TOOLCHAIN if there is none, or one in other versions
 */
export function findToolchain(
  directory?: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const asked = directory ?? env[VARIABLE];
  const places = asked !== undefined ? [asked] : [toolchainLock(), toolchainDirectory(env)];
  const found = places.map((place) => join(place, 'node_modules')).find((place) => existsSync(place));
  for (const [tool, expected] of Object.entries(TOOL_VERSIONS)) {
    const version = found === undefined ? undefined : versionOf(found, tool);
    if (version === expected) continue;
    throw new ComponentError(
      'TOOLCHAIN',
      { tool, expected, found: version },
      version === undefined
        ? `${tool} ${expected} is not installed in ${places.join(' or ')}`
        : `${tool} is ${version}, but ${expected} decides the output`,
      'run `pvf component setup`: it installs the tools in the versions of the lock (105 MB)',
    );
  }
  return found!;
}

function versionOf(modules: string, tool: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(modules, tool, 'package.json'), 'utf8')) as { version?: string })
      .version;
  } catch {
    return undefined;
  }
}
