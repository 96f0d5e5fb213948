import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CliError } from '../../errors.ts';
import { type Candidate, candidateOfJson, readCandidate } from '../../input/candidate.ts';
import { shown } from '../../input/file.ts';

/** One candidate of a collection, read when its turn comes: thousands do not fit into memory. */
export interface Entry {
  /** The same for each replay of the same collection: the file's name, or the number of the line. */
  readonly id: string;
  /** @throws CliError for what is no candidate */
  read(): Promise<Candidate>;
}

export interface Collection {
  readonly total: number;
  entries(): AsyncIterable<Entry>;
}

/** Block data beside candidate files (`.bin`) and lists of them are no candidates. */
const CANDIDATE_FILE = /\.(json|pov)(\.gz|\.zst)?$/;
const NO_CANDIDATES: ReadonlySet<string> = new Set(['index.json', 'package.json']);

/**
 * The candidates in a directory (`*.json`, `*.pov`, also in gzip or zstd), by name, or those of a JSONL file, one a line.
 * @throws CliError INPUT_FILE, BAD_USAGE
 */
export async function openCollection(path: string): Promise<Collection> {
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(
      'INPUT_FILE',
      { path, errno: error.code ?? 'unknown error' },
      `cannot read candidates ${shown(path)}: ${error.code}`,
      'give a directory with candidate files, or a file with a candidate on each line (*.jsonl)',
    );
  });
  const collection = stats.isDirectory() ? await ofDirectory(path) : await ofLines(path);
  if (collection.total > 0) return collection;
  throw new CliError(
    'BAD_USAGE',
    { option: 'SOURCE' },
    `there is no candidate in ${shown(path)}`,
    'a directory holds them as *.json or *.pov, a *.jsonl file one a line',
  );
}

async function ofDirectory(path: string): Promise<Collection> {
  const names = (await readdir(path))
    .filter((name) => CANDIDATE_FILE.test(name) && !NO_CANDIDATES.has(name))
    .sort();
  return {
    total: names.length,
    async *entries() {
      for (const id of names) yield { id, read: () => readCandidate(join(path, id)) };
    },
  };
}

async function ofLines(path: string): Promise<Collection> {
  let total = 0;
  for await (const line of linesOf(path)) if (line.trim() !== '') total += 1;
  return {
    total,
    async *entries() {
      let number = 0;
      for await (const line of linesOf(path)) {
        number += 1;
        if (line.trim() === '') continue;
        const id = `line ${number}`;
        yield { id, read: () => candidateOfLine(line, path, id) };
      }
    },
  };
}

function linesOf(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
}

async function candidateOfLine(line: string, path: string, id: string): Promise<Candidate> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // reported below
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CliError(
      'BAD_CANDIDATE',
      { path, field: '' },
      `${id} of ${path} is not a JSON object`,
      'see "Candidate file" in the README of @pvf/cli; each stands on one line',
    );
  }
  const candidate = await candidateOfJson(value as Record<string, unknown>, path);
  return 'name' in value ? candidate : { ...candidate, name: id };
}
