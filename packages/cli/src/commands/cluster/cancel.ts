import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { print, say } from '../../output/print.ts';
import type { Context, OutputOptions } from '../context.ts';
import { type ClusterOptions, connection, onCluster } from './connect.ts';

/** `pvf cluster cancel NAME` */
export async function cancel(
  { io }: Context,
  name: string,
  options: OutputOptions & ClusterOptions,
): Promise<ExitCode> {
  const { cancelRun } = await import('@pvf/cluster');
  await onCluster(() => cancelRun({ ...connection(options), run: name }));
  if (options.json === true)
    await print(io, JSON.stringify({ command: 'cluster cancel', exitCode: EXIT.ok, name }));
  else await say(io, `run ${name} is cancelled`);
  return EXIT.ok;
}
