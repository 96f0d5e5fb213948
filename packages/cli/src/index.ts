/**
 * The command line as a function, and the readers of its input files. The program is `bin/pvf`.
 */

export { CliError, type CliErrorCode, type CliErrorMeta } from './errors.ts';
export { EXIT, type ExitCode } from './exit-codes.ts';
export { type Candidate, type Expectation, readCandidate } from './input/candidate.ts';
export { readCode } from './input/code.ts';
export { differences } from './input/differences.ts';
export { readExecutorParams } from './input/executor-params.ts';
export type { Io } from './output/print.ts';
export { runCli } from './program.ts';
