import type { Command } from 'commander';
import type { ServeCommandOptions } from '../commands/serve.ts';
import type { Choose } from './choose.ts';
import { withCredentials } from './cluster.ts';
import { integer, withExamples, withHostOptions } from './options.ts';

export function addServe(program: Command, choose: Choose): void {
  const command = withCredentials(
    withHostOptions(
      program
        .command('serve')
        .description(
          'Run a host as a service over HTTP, with a page for browsers, until Ctrl-C or SIGTERM (exit code 0 then).',
        ),
    )
      .option(
        '--socket <path>',
        'Unix socket, for this user alone (default without --listen: pvf.sock in $XDG_RUNTIME_DIR)',
      )
      .option('--listen <address:port>', 'TCP, with a token; port 0: one that is free')
      .option(
        '--token-file <file>',
        'with --listen: the token (default: a random one, printed in the address)',
      )
      .option('--allow-remote', 'with --listen: an address that other machines reach, without encryption')
      .option('-j, --jobs <n>', 'candidates that are executed at once (default: 2)', integer(256, 1))
      .option(
        '--cluster <urls>',
        'show what a cluster is doing: NATS servers, nats://HOST:PORT, with commas between',
      ),
  );
  withExamples(command, [
    ['pvf serve', 'curl --unix-socket $XDG_RUNTIME_DIR/pvf.sock http://localhost/v1/status'],
    ['pvf serve --listen 127.0.0.1:9615', 'open the address that it prints in a browser'],
    ['pvf serve --listen 127.0.0.1:9615 --cluster nats://nats-0:4222', 'the page shows the cluster too'],
    ['pvf serve --socket /run/node/pvf.sock --listen 127.0.0.1:9615 --token-file token', 'both'],
  ]).action((options: ServeCommandOptions) =>
    choose(
      options,
      async (context) => {
        const { serve } = await import('../commands/serve.ts');
        return serve(context, options);
      },
      { endsBySignal: true },
    ),
  );
}
