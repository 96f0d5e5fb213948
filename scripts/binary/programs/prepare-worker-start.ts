import { BUILT_TO_REPORT, COMMIT } from '../../../packages/worker/src/version.ts';
import { start } from '../start.ts';

start('prepare', BUILT_TO_REPORT, COMMIT);
