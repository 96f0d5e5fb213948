import type { ClusterStatus } from '@pvf/cluster';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { toJson } from '../../output/json.ts';
import { oneLine } from '../../output/outcomes.ts';
import { print, say } from '../../output/print.ts';
import { table } from '../../output/table.ts';
import { mebibytes } from '../../output/units.ts';
import type { Context, OutputOptions } from '../context.ts';
import { type ClusterOptions, connection, onCluster } from './connect.ts';

/** `pvf cluster status` */
export async function clusterState(
  { io }: Context,
  options: OutputOptions & ClusterOptions,
): Promise<ExitCode> {
  const { clusterStatus } = await import('@pvf/cluster');
  const status = await onCluster(() => clusterStatus(connection(options)));
  if (options.json === true)
    await print(io, toJson({ command: 'cluster status', exitCode: EXIT.ok, ...status }));
  else await say(io, await text(io.stdout, status));
  return EXIT.ok;
}

async function text(output: Context['io']['stdout'], status: ClusterStatus): Promise<string> {
  const { server, agents, waiting, leased, runs, rate, dead, stores } = status;
  const of = server.cluster === undefined ? 'a single server' : `cluster ${server.cluster}`;
  const lines = [
    `NATS ${server.version}, ${of}`,
    `${waiting} jobs wait, agents have ${leased}, ${rate.toFixed(1)} results/s, ${dead.total} dead letters`,
  ];
  if (agents.length > 0) {
    const rows = agents.map(({ id, version, running, slots, done, failed, rate: own, machine, paused }) => [
      id,
      version,
      `${running} of ${slots}`,
      own.toFixed(1),
      String(done),
      String(failed),
      oneLine(machine.cpu),
      paused === undefined ? '' : `takes nothing: ${oneLine(paused)}`,
    ]);
    const head = ['agent', 'version', 'runs', 'per s', 'done', 'failed', 'CPU', ''];
    lines.push('', await table(output, head, rows, new Set([3, 4, 5])));
  } else lines.push('', 'no agents: start one with pvf cluster agent');
  if (runs.length > 0) {
    const rows = runs.map(({ name, state, replicas, jobs, results }) => [
      name,
      state,
      String(replicas),
      String(jobs),
      String(results),
    ]);
    lines.push(
      '',
      await table(output, ['run', 'state', 'redundancy', 'jobs', 'results'], rows, new Set([2, 3, 4])),
    );
  }
  for (const name of dead.newest) lines.push(`dead letter ${name}`);
  for (const { name, bytes, limit } of stores)
    if (limit > 0 && bytes > 0.8 * limit)
      lines.push(`${name} holds ${mebibytes(bytes)} of ${mebibytes(limit)}`);
  return lines.join('\n');
}
