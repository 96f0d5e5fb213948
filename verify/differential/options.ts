import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { SecurityStatus } from '@pvf/protocol';
import { FULL_SECURITY, NO_SECURITY } from './driver/index.ts';
import type { WorkerPrograms } from './side.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export const USAGE = `usage: npm run differential -- --reference DIR [options]

Sends the same requests to our worker programs and to the reference's, and prints every difference.

  --reference DIR    folder with pvf-reference-prepare-worker and pvf-reference-execute-worker
  --ours DIR         folder with pvf-prepare-worker and pvf-execute-worker (or the reference's two, to test the
                     harness); default: this repository's
  --pvfs DIR         real runtimes, NAME.compact.compressed.wasm
  --candidates DIR   real candidates, NAME/NNN-….json
  --vectors DIR      golden vectors; their modules become cases
  --components DIR   flattened components, NAME.pvf.wasm (bench/components.mjs makes some)
  --security MODE    none (default) or full: what the handshake tells the workers to use
  --seed TEXT        default "pvf"
  --filter REGEX     only PVFs whose id matches
  --shard I/N        only every N-th PVF, starting with the I-th (from 0)
  --json FILE        one JSON object a case ("-": standard output)
  --time-scale N     multiply the CPU time given to jobs (a busy machine, a slow build)

Exit status: 0 no difference, 1 differences, 2 wrong use.`;

export interface Options {
  reference: WorkerPrograms;
  ours: WorkerPrograms;
  pvfsDir: string | undefined;
  candidatesDir: string | undefined;
  vectorsDir: string | undefined;
  componentsDir: string | undefined;
  security: SecurityStatus;
  seed: string;
  filter: RegExp;
  shard: { index: number; of: number };
  json: string | undefined;
  timeScale: number;
}

/** Wrong use of the command; the message says what to change. */
export class UsageError extends Error {}

export function parseOptions(argv: readonly string[]): Options {
  const { values } = parseCommandLine(argv);
  if (values.reference === undefined) throw new UsageError('--reference DIR is missing');
  const reference = programsIn(values.reference);
  if (values.security !== 'none' && values.security !== 'full')
    throw new UsageError(`--security is none or full, not ${values.security}`);
  const shard = /^(\d+)\/(\d+)$/.exec(values.shard);
  if (shard === null || Number(shard[1]) >= Number(shard[2]))
    throw new UsageError(`--shard is I/N with I < N, not ${values.shard}`);
  const timeScale = Number(values['time-scale']);
  if (!(timeScale > 0)) throw new UsageError('--time-scale is a positive number');
  for (const dir of [values.pvfs, values.candidates, values.vectors, values.components])
    if (dir !== undefined && !existsSync(dir)) throw new UsageError(`${dir} does not exist`);
  return {
    reference,
    ours: values.ours === undefined ? ownPrograms() : programsIn(values.ours),
    pvfsDir: values.pvfs,
    candidatesDir: values.candidates,
    vectorsDir: values.vectors,
    componentsDir: values.components,
    security: values.security === 'full' ? FULL_SECURITY : NO_SECURITY,
    seed: values.seed,
    filter: new RegExp(values.filter),
    shard: { index: Number(shard[1]), of: Number(shard[2]) },
    json: values.json,
    timeScale,
  };
}

function parseCommandLine(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        reference: { type: 'string' },
        ours: { type: 'string' },
        pvfs: { type: 'string' },
        candidates: { type: 'string' },
        vectors: { type: 'string' },
        components: { type: 'string' },
        security: { type: 'string', default: 'none' },
        seed: { type: 'string', default: 'pvf' },
        filter: { type: 'string', default: '' },
        shard: { type: 'string', default: '0/1' },
        json: { type: 'string' },
        'time-scale': { type: 'string', default: '1' },
      },
    });
  } catch (cause) {
    throw new UsageError((cause as Error).message);
  }
}

/** The worker programs in a folder, under our names or the reference's. */
function programsIn(directory: string): WorkerPrograms {
  const find = (kind: string): string => {
    const names = [`pvf-reference-${kind}-worker`, `pvf-${kind}-worker`];
    const found = names.map((name) => join(directory, name)).find((path) => existsSync(path));
    if (found === undefined) throw new UsageError(`${directory} has no ${names.join(' or ')}`);
    return found;
  };
  return { prepare: find('prepare'), execute: find('execute') };
}

function ownPrograms(): WorkerPrograms {
  const program = (kind: string): string =>
    join(ROOT, 'packages', `${kind}-worker`, 'bin', `pvf-${kind}-worker`);
  return { prepare: program('prepare'), execute: program('execute') };
}
