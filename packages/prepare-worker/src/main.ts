import { runWorkerProgram } from '@pvf/worker';
import { loadPrepareWorker } from './worker.ts';
import { COMMIT, VERSION } from './version.ts';

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
