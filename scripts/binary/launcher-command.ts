// Stands in for the file of this name of @pvf/sandbox-linux: the launcher is in the prepare worker's program, whose flags
// leave Node with as few threads as it can have.
import { sandboxLauncher } from './parts.ts';

/** A path that does not exist gives the caller the reason why there is no sandbox. */
export function launcherCommand(): { readonly node: string; readonly args: readonly string[] } {
  const { program, args } = sandboxLauncher();
  return { node: program, args };
}
