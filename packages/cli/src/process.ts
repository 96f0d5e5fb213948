import { runCli } from './program.ts';

/** Terminals and wrappers (npm, a shell) may both deliver one Ctrl-C; what comes within this time is the same one. */
const SAME_INTERRUPT_MS = 500;

/** Runs this process's command line; the first Ctrl-C or SIGTERM ends it in order, a second one at once. */
export async function runProcess(): Promise<number> {
  const interrupt = new AbortController();
  let interruptedAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (interrupt.signal.aborted && Date.now() - interruptedAt > SAME_INTERRUPT_MS) process.exit(130);
      interruptedAt ||= Date.now();
      interrupt.abort();
    });
  }
  // A reader that closes the pipe early (`pvf … | head`) wants no more output; that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const { stdout, stderr, env, argv } = process;
  try {
    return await runCli(argv.slice(2), { stdout, stderr, env, signal: interrupt.signal });
  } catch (error) {
    const text = env.PVF_DEBUG ? (error as Error).stack : String(error);
    stderr.write(
      `pvf: a defect of this program: ${text}\n  report it with the command line; PVF_DEBUG=1 shows where\n`,
    );
    return 3;
  }
}
