import { engineStamp } from '@pvf/executor';
import { reportedVersionOrExit, runWorkerProgram } from '@pvf/worker';
import { BUILT_TO_REPORT, COMMIT, VERSION } from '@pvf/worker/version';
import { loadPrepareWorker } from './worker.ts';

// No top-level await: the standalone binary is a CommonJS bundle of this file.
void runWorkerProgram(
  {
    kind: 'prepare',
    version: reportedVersionOrExit(import.meta.url, BUILT_TO_REPORT),
    commit: COMMIT,
    capabilities: { engine: engineStamp(), 'artifact-record': '1' },
    load: () => loadPrepareWorker(VERSION),
  },
  process.argv.slice(2),
);
