import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { isSea } from 'node:sea';
import { HostError, type WorkerKind } from '../errors.ts';
import { isMountedNoexec } from './mounts.ts';

/**
 * The path of a worker program: the one given, else the launcher of the worker's npm package, else the program
 * beside the running one (a release folder), under our name or the one that the reference's node looks for.
 * @throws HostError WORKER_NOT_FOUND, WORKER_NOT_EXECUTABLE
 */
export function locateWorker(kind: WorkerKind, given: string | undefined): string {
  const tried = given === undefined ? candidates(kind) : [resolve(given)];
  const path = tried.find((each) => statSync(each, { throwIfNoEntry: false })?.isFile());
  if (path === undefined) {
    throw new HostError(
      'WORKER_NOT_FOUND',
      { worker: kind, tried },
      `the ${kind} worker's program is not at ${tried.join(' nor at ')}; ${
        isSea()
          ? 'keep the programs of a release in one folder'
          : `install @pvf/${kind}-worker beside @pvf/host, or pass its path as workers.${kind}`
      }`,
    );
  }
  try {
    accessSync(path, constants.X_OK);
  } catch (error) {
    throw new HostError(
      'WORKER_NOT_EXECUTABLE',
      { worker: kind, path },
      `the ${kind} worker's program ${path} ${
        isMountedNoexec(path)
          ? 'lies on a file system that is mounted noexec; mount that without noexec, or install the workers elsewhere'
          : `is not executable; allow it with: chmod +x ${path}`
      }`,
      { cause: error },
    );
  }
  return path;
}

function candidates(kind: WorkerKind): string[] {
  const name = `pvf-${kind}-worker`;
  const folder = dirname(process.execPath);
  const beside = [name, `polkadot-${kind}-worker`].map((each) => join(folder, each));
  if (isSea()) return beside;
  try {
    const manifest = createRequire(ownFile()).resolve(`@pvf/${kind}-worker/package.json`);
    return [join(dirname(manifest), 'bin', name), ...beside];
  } catch {
    return beside;
  }
}

/** Where packages are looked for from; a program that bundles this file as CommonJS has nothing in `import.meta`. */
function ownFile(): string {
  const url: string | undefined = import.meta.url;
  return url ?? realpathSync(process.argv[1] ?? '.');
}
