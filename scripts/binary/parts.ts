// What a program of the release holds beside its own: it is started as such a part by the part's name as its first argument.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The program itself, behind a start that does without it what is asked often or must be small. */
export const PROGRAM = 'program.cjs';
/** In `pvf`: looks into one module, for `pvf serve`. */
export const INSPECTOR = 'module-inspector';
/** In the prepare worker's program: sets a sandbox up and watches it. */
export const LAUNCHER = 'sandbox-launcher';

/** The program beside this one that holds the launcher, under either of its names. */
export function sandboxLauncher(): { readonly program: string; readonly args: readonly string[] } {
  const folder = dirname(process.execPath);
  const [own, other] = ['pvf-prepare-worker', 'polkadot-prepare-worker'].map((name) => join(folder, name));
  return { program: other !== undefined && !existsSync(own ?? '') ? other : (own ?? ''), args: [LAUNCHER] };
}
