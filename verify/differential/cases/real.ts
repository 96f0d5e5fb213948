import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MUTATIONS, mutate } from '../mutate.ts';
import type { Random } from '../random.ts';
import { randomExecution } from './generated.ts';
import { type Execution, execution, type PvfCase, pvfCase } from './types.ts';
import { zstdVariants } from './zstd-variants.ts';

const MODULE_SUFFIX = '.compact.compressed.wasm';
const MUTATED_CANDIDATES_PER_PVF = 50;
const MUTATED_RUNTIMES = 60;
/** Candidates above this size are not mutated: one of them would take as long as many small ones. */
const MUTATED_MAX_BYTES = 200_000;

/** A file of the candidates folder, as far as it is used here. */
interface CandidateFile {
  name: string;
  parentHead: string;
  blockData?: string;
  blockDataFile?: string;
  relayParentNumber: number;
  relayParentStorageRoot: string;
}

/** All runtimes of a folder, with the candidates that belong to them, as they are and spoiled. */
export function* realRuntimes(
  random: Random,
  pvfsDir: string,
  candidatesDir: string | undefined,
): Generator<PvfCase> {
  const known = new Map<string, string>();
  for (const dir of candidatesDir ? [pvfsDir, candidatesDir] : [pvfsDir])
    for (const file of readdirSync(dir).filter((entry) => entry.endsWith(MODULE_SUFFIX)))
      known.set(file.slice(0, -MODULE_SUFFIX.length), join(dir, file));
  for (const [pvf, path] of [...known].sort()) {
    const stream = random.fork(pvf);
    const executions = candidatesDir ? candidates(stream, join(candidatesDir, pvf)) : [];
    for (let i = 0; i < 3; i++) executions.push(randomExecution(stream.fork(i), `random-${i}`));
    yield pvfCase(`runtime/${pvf}`, readFileSync(path), { executions });
  }
}

/** Real runtimes with a few wrong bytes: nearly all must be refused before anything is compiled. */
export function* mutatedRuntimes(random: Random, pvfsDir: string): Generator<PvfCase> {
  const raw = readdirSync(pvfsDir)
    .sort()
    .map((file) => ({ file, bytes: readFileSync(join(pvfsDir, file)) }))
    .filter(({ bytes }) => bytes[0] === 0);
  if (raw.length === 0) return;
  for (let i = 0; i < MUTATED_RUNTIMES; i++) {
    const stream = random.fork(i);
    const { file, bytes } = stream.pick(raw);
    const mutation = stream.pick(MUTATIONS);
    yield pvfCase(`mutated-runtime/${i}/${mutation}/${file.split('.')[0]}`, mutate(stream, bytes, mutation));
  }
}

function candidates(random: Random, dir: string): Execution[] {
  if (!existsSync(dir)) return [];
  const files = readdirSync(dir)
    .filter((file) => /^\d+-.*\.json$/.test(file))
    .sort();
  const asGiven = files.map((file) => {
    const candidate = JSON.parse(readFileSync(join(dir, file), 'utf8')) as CandidateFile;
    return execution(file.replace('.json', ''), {
      parentHead: Buffer.from(candidate.parentHead, 'hex'),
      blockData: candidate.blockDataFile
        ? readFileSync(join(dir, candidate.blockDataFile))
        : Buffer.from(candidate.blockData ?? '', 'hex'),
      relayParentNumber: candidate.relayParentNumber,
      relayParentStorageRoot: Buffer.from(candidate.relayParentStorageRoot, 'hex'),
    });
  });
  const base = asGiven.filter(
    ({ id, blockData }) =>
      id.includes('-ok-') && !id.includes('glutton') && blockData.length < MUTATED_MAX_BYTES,
  );
  if (base.length === 0) return asGiven;
  const mutated = Array.from({ length: MUTATED_CANDIDATES_PER_PVF }, (_, index) =>
    mutatedCandidate(random.fork(`mutated-${index}`), base, index),
  );
  const first = base[base.length >> 1]!;
  const rewritten = zstdVariants(first.blockData).map(({ name, bytes }) => ({
    ...first,
    id: `${first.id}/zstd-${name}`,
    blockData: bytes,
  }));
  return [...asGiven, ...mutated, ...rewritten];
}

function mutatedCandidate(random: Random, base: readonly Execution[], index: number): Execution {
  const from = random.pick(base);
  const id = (what: string): string => `${from.id}/mutated-${index}-${what}`;
  const kind = random.weighted({ block: 6, head: 2, number: 0.5, root: 0.5, version: 1, swapped: 1 });
  switch (kind) {
    case 'block': {
      const mutation = random.pick(MUTATIONS);
      return { ...from, id: id(mutation), blockData: mutate(random, from.blockData, mutation) };
    }
    case 'head': {
      const mutation = random.pick(MUTATIONS);
      return { ...from, id: id(`head-${mutation}`), parentHead: mutate(random, from.parentHead, mutation) };
    }
    case 'number':
      return { ...from, id: id(kind), relayParentNumber: random.u32() };
    case 'root':
      return { ...from, id: id(kind), relayParentStorageRoot: random.bytes(32) };
    case 'version':
      return {
        ...from,
        id: id(kind),
        relayParent: random.bytes(32),
        schedulingParent: random.bytes(32),
        descriptorVersion: random.pick([{ type: 'V2' }, { type: 'V3' }, { type: 'Unknown', value: 7 }]),
      };
    case 'swapped':
      return { ...from, id: id(kind), parentHead: random.pick(base).parentHead };
  }
}
