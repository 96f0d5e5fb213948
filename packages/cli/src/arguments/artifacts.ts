import type { Command } from 'commander';
import type { ArtifactsOptions, PruneOptions } from '../commands/artifacts/artifacts.ts';
import type { Choose } from './choose.ts';
import { integer, withExamples, withOutputOptions } from './options.ts';

export function addArtifacts(program: Command, choose: Choose): void {
  const artifacts = program
    .command('artifacts')
    .description('Look after the prepared artifacts of a cache directory.');
  withExamples(artifacts, [
    ['pvf artifacts list', 'what is prepared, and when it was used last'],
    ['pvf artifacts prune --older-than 168', 'remove what nobody has used for a week'],
  ]);

  withExamples(withCacheDir(artifacts.command('list').description('List them, those used last first.')), [
    ['pvf artifacts list --cache-dir /var/cache/pvf', 'those of a host'],
  ]).action((options: ArtifactsOptions) =>
    choose(options, async (context) => {
      const { listArtifacts } = await import('../commands/artifacts/artifacts.ts');
      return listArtifacts(context, options);
    }),
  );

  withExamples(
    withCacheDir(
      artifacts
        .command('verify')
        .description('Read them all and compare them with their checksums; exit 1 if one is damaged.'),
    ),
    [['pvf artifacts verify', 'after a crash, or on a disk that is not trusted']],
  ).action((options: ArtifactsOptions) =>
    choose(options, async (context) => {
      const { verifyArtifacts } = await import('../commands/artifacts/artifacts.ts');
      return verifyArtifacts(context, options);
    }),
  );

  const prune = artifacts
    .command('prune')
    .description('Remove them, those unused longest first. A host that runs prepares again what it needs.')
    .option('--max-bytes <n>', 'stop once all together take no more (default: 0)', integer())
    .option('--older-than <hours>', 'spare what was used more recently (default: 24)', integer())
    .option('--dry-run', 'only say what would be removed');
  withExamples(withCacheDir(prune), [
    ['pvf artifacts prune --dry-run', 'what would go'],
    ['pvf artifacts prune --max-bytes 1073741824 --older-than 0', 'at most 1 GiB stays'],
  ]).action((options: PruneOptions) =>
    choose(options, async (context) => {
      const { pruneArtifacts } = await import('../commands/artifacts/artifacts.ts');
      return pruneArtifacts(context, options);
    }),
  );
}

function withCacheDir(command: Command): Command {
  return withOutputOptions(command).option(
    '--cache-dir <dir>',
    'where they are (default: pvf in $XDG_CACHE_HOME or ~/.cache)',
  );
}
