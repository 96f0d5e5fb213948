import { existsSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How the program of `main.ts` is started in its sandbox. */
export interface InspectorCommand {
  readonly program: string;
  /** Before the executor params. */
  readonly args: readonly string[];
  /** What it must be able to execute and to read. */
  readonly execute: readonly string[];
  readonly read: readonly string[];
  /** The largest file that it may write: none of those that it sees, but a program may ask for a limit. */
  readonly fileBytes: number;
}

/**
 * The program beside the bundle, or in the build when this runs from the sources. Undefined where there is none. (The build
 * of the standalone programs has a file of its own in this one's place.)
 */
export function inspectorCommand(): InspectorCommand | undefined {
  const main = ['./inspector.js', '../../dist/inspector.js']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path));
  if (main === undefined) return undefined;
  const node = realpathSync(process.execPath);
  const program = realpathSync(main);
  return {
    program: node,
    args: ['--max-old-space-size=700', program],
    execute: [node, dirname(node)],
    read: [program],
    fileBytes: 0,
  };
}
