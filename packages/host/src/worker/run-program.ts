import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** How a short-lived program ended; `status` is null when a signal or the time limit ended it. */
export type ProgramResult = { status: number | null; timedOut: boolean; stdout: string; stderr: string };

/** Enough for any version or reason; the rest is cut. */
const OUTPUT_CHARS = 16_384;

/** Runs a worker program with a flag that makes it answer and exit. Environment empty. Never rejects. */
export function runProgram(path: string, args: readonly string[], timeoutMs: number): Promise<ProgramResult> {
  return new Promise((resolve) => {
    let child: ChildProcessByStdio<null, Readable, Readable>;
    try {
      child = spawn(path, args, {
        env: {},
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
      });
    } catch (error) {
      // What Node does not expect of the kernel, such as EPERM, is thrown.
      resolve({ status: null, timedOut: false, stdout: '', stderr: String(error) });
      return;
    }
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(0, OUTPUT_CHARS);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(0, OUTPUT_CHARS);
    });
    child.on('error', (error) =>
      resolve({ status: null, timedOut: false, stdout, stderr: stderr || error.message }),
    );
    child.on('close', (status, signal) => {
      const timedOut = child.killed;
      const reason = timedOut ? `no answer within ${timeoutMs} ms` : signal && `ended by ${signal}`;
      resolve({ status, timedOut, stdout, stderr: stderr || (reason ?? '') });
    });
  });
}
