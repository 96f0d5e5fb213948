import { spawn } from 'node:child_process';
import { descendantsOf, waitUntil } from '@pvf/test-kit';
import { expect, it, onTestFinished } from 'vitest';
import { jobCpuTimeMs } from '../../src/worker/job-clock.ts';

/** A shell that stands for a worker, in a process group of its own; goes on with `read` when told to. */
function shell(script: string): { pid: number; goOn: () => void } {
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const pid = child.pid as number;
  onTestFinished(() => void process.kill(-pid, 'SIGKILL'));
  return { pid, goOn: () => void child.stdin.write('\n') };
}

it('the CPU time of a job is that of the youngest child', async () => {
  // The first child stands for a template that burns CPU to make the job look as if it had run.
  const worker = shell('while :; do :; done & read _; sleep 60 & wait');
  await waitUntil('the old child has used some', () => (jobCpuTimeMs(worker.pid) ?? 0) >= 300);
  worker.goOn();
  await waitUntil('the young child is there', () =>
    descendantsOf(worker.pid).some(({ command }) => command.startsWith('sleep')),
  );
  expect(jobCpuTimeMs(worker.pid)).toBeLessThan(200);
});

it('nobody can tell it of a worker without a child', () => {
  expect(jobCpuTimeMs(shell('read _').pid)).toBeUndefined();
});
