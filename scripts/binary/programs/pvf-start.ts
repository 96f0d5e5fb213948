import { existsSync } from 'node:fs';
import { runAsset } from '../asset.ts';
import { INSPECTOR, PROGRAM } from '../parts.ts';

// A crash is no verdict: 1, with which Node ends after an error that nobody catches, is a vote against.
const DEFECT = 70;
const NOT_SET_UP = 2;
process.exitCode = DEFECT;
process.once('uncaughtException', (error) => {
  console.error(`pvf: a defect of this program: ${String(error).split('\n')[0]}`);
  process.exit(DEFECT);
});
if (process.argv[2] === INSPECTOR) {
  process.exitCode = 0;
  runAsset(`${INSPECTOR}.cjs`, 1);
}
// Asked often, by scripts: answers before everything else is loaded.
else if (process.argv.length === 3 && /^(--version|-V)$/.test(process.argv[2] ?? '')) {
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exitCode = 0;
    else console.error(`pvf: cannot write to standard output: ${message}`);
  });
  void import('../../../packages/cli/src/version.ts').then(({ VERSION }) =>
    process.stdout.write(`${VERSION}\n`, (error) => {
      if (!error) process.exitCode = 0;
    }),
  );
} else if (!existsSync('/proc/self/exe')) {
  // Without it a program does not know where it lies, and its workers do not start.
  console.error(
    'pvf: /proc is not mounted here; mount it (mount -t proc proc /proc), pvf and its workers need it',
  );
  process.exitCode = NOT_SET_UP;
} else runAsset(PROGRAM);
