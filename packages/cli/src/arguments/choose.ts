import type { Context, OutputOptions } from '../commands/context.ts';
import type { ExitCode } from '../exit-codes.ts';

/**
 * Says what is to run once the whole command line is known to be right; with `endsBySignal`, a signal is how it ends in
 * order, and no interruption.
 */
export type Choose = <O extends OutputOptions>(
  options: O,
  run: (context: Context) => Promise<ExitCode>,
  how?: { readonly endsBySignal: boolean },
) => void;
