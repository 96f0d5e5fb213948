import { runProcess } from '../../../packages/cli/src/process.ts';

void runProcess().then((status) => {
  process.exitCode = status;
});
