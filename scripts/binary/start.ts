import { parseCommandLine, type WorkerKind } from '../../packages/worker/src/worker/command-line.ts';
import { reportedVersionOrExit } from '../../packages/worker/src/worker/reported-version.ts';
import { runAsset } from './asset.ts';
import { PROGRAM } from './parts.ts';

/**
 * What a worker's binary runs first. With the workers' flags V8 compiles the whole program before its first line, so
 * the version, which hosts ask for at every start of theirs, is told without it.
 */
export function start(kind: WorkerKind, built: string, commit: string): void {
  const command = parseCommandLine(kind, process.argv.slice(2));
  if (command.type === 'version' || command.type === 'full-version') {
    const version = reportedVersionOrExit('file:///', built);
    console.log(command.type === 'version' ? version : `${version}-${commit}`);
    return;
  }
  runAsset(PROGRAM);
}
