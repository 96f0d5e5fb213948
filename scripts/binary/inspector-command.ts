// Stands in for packages/cli/src/inspector/command.ts: the inspector is in the program itself, and its sandbox's launcher in
// the prepare worker's.
import { existsSync } from 'node:fs';
import type { InspectorCommand } from '../../packages/cli/src/inspector/command.ts';
import { INSPECTOR, sandboxLauncher } from './parts.ts';

/** Of files: without it the start code starts nothing. The sandbox has none that may be written. */
const FILE_BYTES = 2 * 1024 ** 3;

export function inspectorCommand(): InspectorCommand | undefined {
  const program = process.execPath;
  if (!existsSync(sandboxLauncher().program)) return undefined;
  return { program, args: [INSPECTOR], execute: [program], read: [], fileBytes: FILE_BYTES };
}
