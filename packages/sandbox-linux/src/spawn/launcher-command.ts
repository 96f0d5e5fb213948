import { fileURLToPath } from 'node:url';

/** Flags that leave Node with as few threads as it can have, as far as this Node knows them. */
function flags(): string[] {
  const known = process.allowedNodeEnvironmentFlags;
  return [
    '--single-threaded',
    '--v8-pool-size=0',
    ...(known.has('--disable-sigusr1') ? ['--disable-sigusr1'] : []),
    '--no-warnings',
  ];
}

/** The command line of the launcher, on the Node that runs the caller. */
export function launcherCommand(): { readonly node: string; readonly args: readonly string[] } {
  // from the sources (tests) or from the bundle
  const own = import.meta.url;
  const path = own.endsWith('.ts') ? '../launcher/main.ts' : './launcher.js';
  return { node: process.execPath, args: [...flags(), fileURLToPath(new URL(path, own))] };
}
