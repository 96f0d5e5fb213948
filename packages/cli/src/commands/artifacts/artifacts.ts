import { readFile, rm } from 'node:fs/promises';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { toJson } from '../../output/json.ts';
import { print, say } from '../../output/print.ts';
import { styleFor } from '../../output/style.ts';
import { table } from '../../output/table.ts';
import { mebibytes } from '../../output/units.ts';
import { type Context, defaultCacheDir, type OutputOptions } from '../context.ts';
import { type ArtifactFile, artifactsIn } from './files.ts';

export interface ArtifactsOptions extends OutputOptions {
  readonly cacheDir?: string;
}

export interface PruneOptions extends ArtifactsOptions {
  /** Bytes to be left at most. */
  readonly maxBytes?: number;
  /** Hours. */
  readonly olderThan?: number;
  readonly dryRun?: boolean;
}

const HOUR_MS = 3_600_000;
/** Hosts spare what was used in the last day, unless they are told otherwise. */
const DEFAULT_OLDER_THAN_HOURS = 24;

/** `pvf artifacts list`: what is prepared, and how long ago it was used. */
export async function listArtifacts(context: Context, options: ArtifactsOptions): Promise<ExitCode> {
  const directory = directoryOf(context, options);
  const artifacts = await artifactsIn(directory);
  if (options.json === true) {
    await print(
      context.io,
      toJson({ command: 'artifacts list', exitCode: EXIT.ok, cacheDir: directory, artifacts }),
    );
    return EXIT.ok;
  }
  const total = artifacts.reduce((sum, { bytes }) => sum + bytes, 0);
  const rows = artifacts.map(({ codeHash, engine, bytes, lastUsed }) => [
    `0x${codeHash}`,
    engine,
    mebibytes(bytes),
    age(Date.now() - lastUsed),
  ]);
  const summary = `${directory}: ${artifacts.length} artifacts, ${mebibytes(total)}`;
  const lines =
    rows.length === 0
      ? [summary]
      : [
          await table(context.io.stdout, ['code hash', 'engine', 'size', 'last used'], rows, new Set([2])),
          '',
          summary,
        ];
  await say(context.io, lines.join('\n'));
  return EXIT.ok;
}

/** `pvf artifacts verify`: reads every artifact and compares it with its name. Exit code 1 if one is damaged. */
export async function verifyArtifacts(context: Context, options: ArtifactsOptions): Promise<ExitCode> {
  const directory = directoryOf(context, options);
  const artifacts = await artifactsIn(directory);
  const { artifactChecksum } = await import('@pvf/protocol');
  const checked: (Pick<ArtifactFile, 'name' | 'codeHash' | 'bytes'> & { problem: string | undefined })[] = [];
  for (const artifact of artifacts) {
    context.terminal.step(`reading ${artifact.name.slice(0, 16)}…`);
    checked.push({
      name: artifact.name,
      codeHash: artifact.codeHash,
      bytes: artifact.bytes,
      problem: await problemOf(artifact, artifactChecksum),
    });
  }
  context.terminal.done();
  const damaged = checked.filter(({ problem }) => problem !== undefined);
  const exitCode = damaged.length === 0 ? EXIT.ok : EXIT.against;
  if (options.json === true) {
    await print(
      context.io,
      toJson({ command: 'artifacts verify', exitCode, cacheDir: directory, artifacts: checked }),
    );
    return exitCode;
  }
  const style = styleFor(context.io.stdout, context.io.env);
  const lines = damaged.map(({ name, problem }) => `${style.red('DAMAGED')} ${name}\n  ${problem}`);
  lines.push(`${directory}: ${checked.length} artifacts, ${damaged.length} of them damaged`);
  if (damaged.length > 0)
    lines.push('hosts make damaged artifacts again by themselves; removing the files is safe');
  await say(context.io, lines.join('\n'));
  return exitCode;
}

async function problemOf(
  { path, checksum }: ArtifactFile,
  artifactChecksum: (file: Uint8Array) => Uint8Array,
): Promise<string | undefined> {
  try {
    const found = Buffer.from(artifactChecksum(await readFile(path))).toString('hex');
    return found === checksum ? undefined : `its checksum is ${found}`;
  } catch (error) {
    return `it cannot be read: ${(error as NodeJS.ErrnoException).code}`;
  }
}

/** `pvf artifacts prune`: removes artifacts, those unused longest first, as a host does every hour. */
export async function pruneArtifacts(context: Context, options: PruneOptions): Promise<ExitCode> {
  const directory = directoryOf(context, options);
  const artifacts = await artifactsIn(directory);
  const { maxBytes = 0, olderThan = DEFAULT_OLDER_THAN_HOURS, dryRun = false } = options;
  const usedBefore = Date.now() - olderThan * HOUR_MS;
  let left = artifacts.reduce((sum, { bytes }) => sum + bytes, 0);
  const removed: ArtifactFile[] = [];
  for (const artifact of artifacts.toReversed()) {
    if (left <= maxBytes || artifact.lastUsed > usedBefore) break;
    if (!dryRun) await rm(artifact.path, { force: true });
    removed.push(artifact);
    left -= artifact.bytes;
  }
  const kept = artifacts.length - removed.length;
  if (options.json === true) {
    const body = {
      cacheDir: directory,
      dryRun,
      removed: removed.map(({ name }) => name),
      kept,
      keptBytes: left,
    };
    await print(context.io, toJson({ command: 'artifacts prune', exitCode: EXIT.ok, ...body }));
    return EXIT.ok;
  }
  const verb = dryRun ? 'would be removed' : 'removed';
  const lines = removed.map(({ name, bytes }) => `${name} (${mebibytes(bytes)})`);
  lines.push(`${directory}: ${removed.length} artifacts ${verb}, ${kept} kept, ${mebibytes(left)}`);
  await say(context.io, lines.join('\n'));
  return EXIT.ok;
}

function directoryOf({ io }: Context, { cacheDir }: ArtifactsOptions): string {
  return cacheDir ?? defaultCacheDir(io.env);
}

function age(ms: number): string {
  const hours = ms / HOUR_MS;
  if (hours < 1) return `${Math.max(0, Math.round(hours * 60))} min ago`;
  return hours < 48 ? `${Math.round(hours)} h ago` : `${Math.round(hours / 24)} days ago`;
}
