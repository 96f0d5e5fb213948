import { spawn } from 'node:child_process';
import { findPinnedNode, isRecentEnough } from './node-version.ts';

/** As in `exit-codes.ts`, which would load with the rest: a crash says nothing about a PVF. */
const DEFECT = 70;
const INTERRUPTED = 130;

// Until there is a verdict: an event loop that runs dry must not end like one.
process.exitCode = DEFECT;

// Nothing but these checks may be imported statically: the dependencies do not load on an older Node.
if (isRecentEnough(process.versions.node)) {
  process.exitCode = await run();
} else {
  const node = findPinnedNode(import.meta.url);
  if (node === undefined) {
    console.error(
      `pvf: Node ${process.versions.node} is too old\n  install Node 22.15 or later and try again`,
    );
    process.exitCode = 2;
  } else {
    runWith(node);
  }
}

async function run(): Promise<number> {
  try {
    const { runProcess } = await import('./process.ts');
    return await runProcess();
  } catch (error) {
    // `runProcess` tells of its own errors: this is a file that is missing or cut off.
    const [reason] = String(error).split('\n');
    const message = `the installation is broken: ${reason}`;
    const remedy = 'reinstall @pvf/cli';
    console.error(`pvf: ${message}\n  ${remedy}`);
    // As in `output/json.ts`, which may be what is missing.
    if (process.argv.includes('--json'))
      console.log(
        JSON.stringify({
          exitCode: DEFECT,
          error: { code: 'BROKEN_INSTALLATION', message, remedy, meta: {} },
        }),
      );
    return DEFECT;
  }
}

/** Runs this same command line with another Node, which gets the signals that this process gets. */
function runWith(node: string): void {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`pvf: cannot start ${node}: ${error.message}\n  install Node 22.15 or later and try again`);
    process.exitCode = 2;
  });
  child.on('exit', (status, signal) => {
    const interrupted = signal === 'SIGINT' || signal === 'SIGTERM' || signal === 'SIGHUP';
    process.exitCode = status ?? (interrupted ? INTERRUPTED : DEFECT);
  });
}
