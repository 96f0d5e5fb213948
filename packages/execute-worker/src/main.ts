import { runWorkerProgram } from '@pvf/worker';
import { loadExecuteWorker } from './worker.ts';
import { COMMIT, VERSION } from './version.ts';

await runWorkerProgram(
  {
    kind: 'execute',
    version: VERSION,
    commit: COMMIT,
    capabilities: [],
    load: () => loadExecuteWorker(VERSION),
  },
  process.argv.slice(2),
);
