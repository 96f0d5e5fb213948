import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Another program in place of this one's build: `pvf` of `npm run binary`. */
const PVF = process.env.CLUSTER_CHECK_PVF;
const MAIN = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));

/** `pvf` as people use it. @param directory where it is called */
export function startPvf(directory: string, args: readonly string[]): ChildProcess {
  const [program, ...before] = PVF === undefined ? [process.execPath, MAIN] : [PVF];
  return spawn(program as string, [...before, ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** All that it says, and its exit code. */
export async function pvf(
  directory: string,
  ...args: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = startPvf(directory, args);
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]?.on('data', (chunk: Buffer) => {
      text[stream] += chunk.toString();
    });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...text };
}
