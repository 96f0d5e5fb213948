import { spawn } from 'node:child_process';
import { findPinnedNode, isRecentEnough } from './node-version.ts';

// Nothing but these checks may be imported statically: the dependencies do not load on an older Node.
if (isRecentEnough(process.versions.node)) {
  const { runProcess } = await import('./process.ts');
  process.exitCode = await runProcess();
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

/** Runs this same command line with another Node, which gets the signals that this process gets. */
function runWith(node: string): void {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`pvf: cannot start ${node}: ${error.message}\n  install Node 22.15 or later and try again`);
    process.exitCode = 2;
  });
  child.on('exit', (status) => {
    process.exitCode = status ?? 3;
  });
}
