import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
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

/** User time, system time and start of a process, in ticks (proc_pid_stat(5)). */
function ticksOf(pid: number): [user: number, system: number, start: number] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [Number(fields[11]), Number(fields[12]), Number(fields[19])];
}

const childrenOf = (pid: number): number[] =>
  descendantsOf(pid)
    .filter(({ parent }) => parent === pid)
    .map((child) => child.pid)
    .sort((a, b) => a - b);

it('what the kernel does for a job is its CPU time, too', async () => {
  const { pid } = shell('dd if=/dev/zero of=/dev/null bs=1M & wait');
  const job = await waitUntil('the kernel has worked for it', () =>
    childrenOf(pid).find((child) => ticksOf(child)[1] >= 30),
  );
  const [user, system] = ticksOf(job);
  expect(jobCpuTimeMs(pid)).toBeGreaterThanOrEqual((user + system) * 10);
});

it('of two children of one tick the younger is the job', async () => {
  for (;;) {
    const { pid } = shell('sleep 60 & while :; do :; done & wait');
    const [elder, younger] = await waitUntil('both are there', () => {
      const children = childrenOf(pid);
      return children.length === 2 && children;
    });
    await waitUntil('the younger has used some', () => ticksOf(younger!)[0] >= 10);
    expect(jobCpuTimeMs(pid)).toBeGreaterThanOrEqual(100);
    if (ticksOf(elder!)[2] === ticksOf(younger!)[2]) break;
    process.kill(-pid, 'SIGSTOP');
  }
});

it('nobody can tell it of a worker without a child', () => {
  expect(jobCpuTimeMs(shell('read _').pid)).toBeUndefined();
});
