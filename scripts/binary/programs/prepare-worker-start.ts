import { BUILT_TO_REPORT, COMMIT } from '../../../packages/worker/src/version.ts';
import { runAsset } from '../asset.ts';
import { LAUNCHER } from '../parts.ts';
import { start } from '../start.ts';

if (process.argv[2] === LAUNCHER) runAsset(`${LAUNCHER}.cjs`, 1);
else start('prepare', BUILT_TO_REPORT, COMMIT);
