import { type ChildProcess, spawn } from 'node:child_process';
import { kill, outliveBrokenPipes } from './child.ts';

/** How a short-lived program ended; `status` is null when a signal or the time limit ended it. */
export interface ProgramResult {
  status: number | null;
  signal?: NodeJS.Signals | null;
  timedOut: boolean;
  stdout: string;
  stderr: string;
}

/** Enough for any version or reason; the rest is cut. */
const OUTPUT_CHARS = 16_384;

/** Runs a worker program with a flag that makes it answer and exit. Environment empty. Never rejects. */
export async function runProgram(
  path: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<ProgramResult> {
  try {
    const child = spawn(path, args, { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
    outliveBrokenPipes(child);
    return await answerOf(child, timeoutMs);
  } catch (error) {
    // What Node does not expect of the kernel, such as EPERM, is thrown.
    return { status: null, timedOut: false, stdout: '', stderr: String(error) };
  }
}

/**
 * What a program that was just started answers until it ends, or until `isWhole` says that this was all; then it runs on,
 * and counts as one that succeeded. It is killed if that takes longer than `timeoutMs`. Never rejects.
 */
export function answerOf(
  child: ChildProcess,
  timeoutMs: number,
  isWhole: (stdout: string) => boolean = () => false,
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    const onStdout = (text: string): void => {
      stdout = (stdout + text).slice(0, OUTPUT_CHARS);
      if (isWhole(stdout)) conclude({ status: 0, timedOut, stdout, stderr });
    };
    const onStderr = (text: string): void => {
      stderr = (stderr + text).slice(0, OUTPUT_CHARS);
    };
    const onError = (error: Error): void =>
      conclude({ status: null, timedOut, stdout, stderr: stderr || error.message });
    const onClose = (status: number | null, signal: NodeJS.Signals | null): void => {
      const reason = timedOut ? `no answer within ${timeoutMs} ms` : signal && `ended by ${signal}`;
      conclude({ status, signal, timedOut, stdout, stderr: stderr || (reason ?? '') });
    };
    const timer = setTimeout(() => {
      timedOut = true;
      kill(child);
    }, timeoutMs);
    const conclude = (result: ProgramResult): void => {
      clearTimeout(timer);
      child.stdout?.off('data', onStdout);
      child.stderr?.off('data', onStderr);
      child.off('error', onError).off('close', onClose);
      resolve(result);
    };
    child.stdout?.setEncoding('utf8').on('data', onStdout);
    child.stderr?.setEncoding('utf8').on('data', onStderr);
    child.on('error', onError).on('close', onClose);
  });
}
