import type { Command } from 'commander';
import type { AgentCommandOptions } from '../commands/cluster/agent.ts';
import type { ClusterOptions } from '../commands/cluster/connect.ts';
import type { OutputOptions } from '../commands/context.ts';
import type { Choose } from './choose.ts';
import { integer, withExamples, withHostOptions, withOutputOptions } from './options.ts';

/** As whom the servers are asked. */
export function withCredentials(command: Command): Command {
  return command
    .option('--creds <file>', 'credentials for the NATS servers, as nsc makes them')
    .option('--nkey <file>', 'seed of an NKey, where the servers know users by it alone')
    .option('--user <name>', 'user of the NATS servers')
    .option('--password-file <file>', 'their password')
    .option('--tls-ca <file>', 'certificate that the servers are verified with (PEM)')
    .option('--tls-cert <file>', 'certificate of this client (PEM)')
    .option('--tls-key <file>', 'its key (PEM)');
}

/** Options of commands that make what is missing on the servers. */
function withStoreOptions(command: Command): Command {
  return withCredentials(command).option(
    '--store-bytes <n>',
    'room for the cluster’s streams, when they are made (default: 8 GiB)',
    integer(),
  );
}

/** Options of commands that can give their work to a cluster. */
export function withClusterOptions(command: Command): Command {
  return withStoreOptions(
    command
      .option('--cluster <urls>', 'let agents do it: NATS servers, nats://HOST:PORT, with commas between')
      .option('--name <name>', 'with --cluster: name to go on with later (default: made of the inputs)')
      .option(
        '--redundancy <k>',
        'with --cluster: ask so many different agents, and list every disagreement',
        integer(16, 1),
      ),
  );
}

const NATS = [
  '--nats <urls>',
  'NATS servers: nats://HOST:PORT or tls://HOST:PORT, with commas between',
] as const;

export function addCluster(program: Command, choose: Choose): void {
  const cluster = program
    .command('cluster')
    .description('Share work among machines through NATS JetStream: agents, and what they are doing.');
  withExamples(cluster, [
    ['pvf cluster agent --nats nats://nats-0:4222', 'this machine takes work'],
    ['pvf cluster status --nats nats://nats-0:4222', 'what they are doing'],
  ]);
  const agent = withStoreOptions(
    withHostOptions(
      cluster
        .command('agent')
        .description('Take work from a cluster until Ctrl-C or SIGTERM (exit code 0 then).')
        .requiredOption(...NATS)
        .option('--id <id>', 'names this machine, another on each (default: its host name)')
        .option('-j, --jobs <n>', 'candidates executed at once (default: one for each CPU)', integer(256, 1))
        .option('--grace <seconds>', 'at the end, how long what runs may take (default: 10)', integer(3600)),
    ),
  );
  withExamples(agent, [
    ['pvf cluster agent --nats nats://nats-0:4222 --id machine-7', 'one on each machine'],
    ['pvf cluster agent --nats tls://nats.example:4222 --creds agent.creds', 'encrypted, with credentials'],
  ]).action((options: AgentCommandOptions) =>
    choose(
      options,
      async (context) => {
        const { clusterAgent } = await import('../commands/cluster/agent.ts');
        return clusterAgent(context, options);
      },
      { endsBySignal: true },
    ),
  );
  const status = withStoreOptions(
    withOutputOptions(
      cluster
        .command('status')
        .description('Say what a cluster is doing: agents with their rates, backlog, runs, failures.')
        .requiredOption(...NATS),
    ),
  );
  withExamples(status, [['pvf cluster status --nats nats://nats-0:4222', 'as tables']]).action(
    (options: OutputOptions & ClusterOptions) =>
      choose(options, async (context) => {
        const { clusterState } = await import('../commands/cluster/status.ts');
        return clusterState(context, options);
      }),
  );
  const cancel = withStoreOptions(
    withOutputOptions(
      cluster
        .command('cancel')
        .description('Cancel a run: what waits is removed, what runs is ended, results are dropped.')
        .argument('<name>', 'of the run')
        .requiredOption(...NATS),
    ),
  );
  withExamples(cancel, [
    ['pvf cluster cancel july --nats nats://nats-0:4222', 'see the names: pvf cluster status'],
  ]).action((name: string, options: OutputOptions & ClusterOptions) =>
    choose(options, async (context) => {
      const { cancel: cancelNamed } = await import('../commands/cluster/cancel.ts');
      return cancelNamed(context, name, options);
    }),
  );
}
