import type { Answers, Disagreement, Result, Run, SlowAgent } from '@pvf/cluster';
import { oneLine } from '../../output/outcomes.ts';
import type { Context } from '../context.ts';
import { type ClusterRunOptions, connection } from './connect.ts';
import { Waiting } from './waiting.ts';

/** Opens the run, and says its name, and why nothing will come of it for now if so: it then waits. */
export async function openRun(
  { terminal }: Context,
  options: ClusterRunOptions,
  { fingerprint, name }: { fingerprint: string; name: string },
): Promise<{ readonly run: Run; readonly waiting: Waiting }> {
  const { Run: Runs } = await import('@pvf/cluster');
  const run = await Runs.open({
    ...connection(options),
    name: options.name ?? name,
    fingerprint,
    redundancy: options.redundancy ?? 1,
  });
  if (run.resumed) terminal.message(`goes on with run ${run.name}`);
  const waiting = new Waiting(run, (line) => terminal.message(line));
  await waiting.say();
  return { run, waiting };
}

/** In words, what agents differ in, and on which machines. */
export function disagreementLines({ about, sides }: Disagreement): string[] {
  return about.map((what) => {
    const values = sides.map(({ agent, machine, outcome, resultSha256, cpuMs }) => {
      const value =
        what === 'outcome'
          ? oneLine(outcome)
          : what === 'result'
            ? resultSha256
            : `${(cpuMs ?? 0).toFixed(1)} ms`;
      return `${value} on ${agent} (${oneLine(machine.engine)}; ${oneLine(machine.cpu)}; ${oneLine(machine.kernel)})`;
    });
    return `${what === 'cpu-time' ? 'CPU time' : what}: ${values.join(', ')}`;
  });
}

export function slowAgentLines(agents: readonly SlowAgent[]): string[] {
  return agents.map(
    ({ agent, machine, factor, candidates }) =>
      `SLOW ${agent}: ${factor.toFixed(2)} times the CPU time of other agents for the same ${candidates} candidates (${oneLine(machine.engine)}; ${oneLine(machine.cpu)}; ${oneLine(machine.kernel)})`,
  );
}

/** The first answer stands for all: where others differ, that is told. */
export function firstOf({ results }: Answers): Result {
  return results[0] as Result;
}
