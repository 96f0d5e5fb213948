import { EXIT } from './exit-codes.ts';
import { failureOf } from './output/failure.ts';
import { asksForJson, toJson } from './output/json.ts';
import { isReaderGone, OutputError } from './output/stream-errors.ts';
import { runCli } from './program.ts';

/** Terminals and wrappers (npm, a shell) may both deliver one Ctrl-C; what comes within this time is the same one. */
const SAME_INTERRUPT_MS = 500;

/**
 * Runs this process's command line; the first Ctrl-C or SIGTERM ends it in order, a second one at once. Whatever else
 * goes wrong is told in a line and has an exit code of its own: a crash is no vote.
 */
export async function runProcess(): Promise<number> {
  const interrupt = new AbortController();
  let interruptedAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (interrupt.signal.aborted && Date.now() - interruptedAt > SAME_INTERRUPT_MS)
        process.exit(EXIT.interrupted);
      interruptedAt ||= Date.now();
      interrupt.abort();
    });
  }
  const { stdout, stderr, env, argv } = process;
  const fail = (error: unknown): number => {
    const failure = failureOf(error);
    const stack = env.PVF_DEBUG && error instanceof Error ? `\n${error.stack}` : '';
    stderr.write(`pvf: ${failure.message}\n  ${failure.remedy}${stack}\n`);
    // What could not be written once is not written again.
    if (asksForJson(argv.slice(2)) && failure.code !== 'OUTPUT_FAILED')
      stdout.write(`${toJson({ exitCode: EXIT.defect, error: failure })}\n`);
    return EXIT.defect;
  };
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => process.exit(fail(error)));
  // Without its reader there is nobody to tell.
  stderr.on('error', () => {});
  let lost: Error | undefined;
  // A reader that closes the pipe early (`pvf … | head`) wants no more output; the verdict's code stands.
  stdout.on('error', (error) => {
    if (!isReaderGone(error)) lost ??= new OutputError(error);
  });
  try {
    const code = await runCli(argv.slice(2), { stdout, stderr, env, signal: interrupt.signal });
    await new Promise<void>((resolve) => stdout.write('', () => setImmediate(resolve)));
    return lost === undefined ? code : fail(lost);
  } catch (error) {
    return fail(error);
  }
}
