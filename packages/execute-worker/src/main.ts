import { engineStamp } from '@pvf/executor';
import { reportedVersionOrExit, runWorkerProgram } from '@pvf/worker';
import { BUILT_TO_REPORT, COMMIT, VERSION } from '@pvf/worker/version';
import { rememberedArtifacts } from './template-limits.ts';
import { loadExecuteWorker } from './worker.ts';

// No top-level await: the standalone binary is a CommonJS bundle of this file.
void runWorkerProgram(
  {
    kind: 'execute',
    version: reportedVersionOrExit(import.meta.url, BUILT_TO_REPORT),
    commit: COMMIT,
    capabilities: {
      engine: engineStamp(),
      templates: 'memory',
      'execution-detail': '1',
      'asks-for-artifacts': String(rememberedArtifacts()),
      'shared-memory': '1',
    },
    load: (speedUps) => loadExecuteWorker(VERSION, speedUps),
  },
  process.argv.slice(2),
);
