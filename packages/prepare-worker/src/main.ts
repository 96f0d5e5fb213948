import { runWorkerProgram } from '@pvf/worker';
import { COMMIT, VERSION } from './version.ts';
import { loadPrepareWorker } from './worker.ts';

await runWorkerProgram(
  {
    kind: 'prepare',
    version: VERSION,
    commit: COMMIT,
    capabilities: [],
    load: () => loadPrepareWorker(VERSION),
  },
  process.argv.slice(2),
);
