import { runWorkerProgram } from '@pvf/worker';
import { COMMIT, VERSION } from './version.ts';
import { loadExecuteWorker } from './worker.ts';

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
