import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { splitArtifact } from '@pvf/executor';
import {
  artifactChecksum,
  ExecuteRequest,
  ExecuteWorkerResult,
  encodeFrame,
  PrepareWorkerResult,
  ValidationResult,
  withoutArtifactRecord,
} from '@pvf/protocol';
import { sharedDir } from '@pvf/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { preparationFrame } from '../support/one-job.ts';
import { type RawOptions, RawWorker, USERS } from '../support/raw-worker.ts';
import { type CandidateInput, type Prepared, requestOf, successWith } from '../support/workers.ts';

/**
 * Real candidates, valid and spoiled, answered the same whatever surrounds the worker: variant, result bytes, size of
 * the PoV and text. Only CPU times may differ.
 */

const shared = sharedDir();
const runtimes = process.env.PVF_REAL_PVFS ?? join(import.meta.dirname, '../../../../.pvf-cache/real-pvfs');
const RUNTIME = 'shell-2';
/** What an artifact's file is compared by; at its end stands what it was made from. */
const wasmOf = (file: Uint8Array): Uint8Array => splitArtifact(withoutArtifactRecord(file)).wasm;
/** Large against what a job needs, so that a loaded machine changes nothing. */
const LIMIT_MS = 60_000;
const CANDIDATES = /^(001|012|021|025|034|040|045|051).*\.json$/;

interface Candidate {
  readonly name: string;
  readonly input: CandidateInput;
}

const candidates = readdirSync(join(shared, 'candidates', RUNTIME))
  .filter((file) => CANDIDATES.test(file))
  .sort()
  .map(readCandidate);

function readCandidate(file: string): Candidate {
  const folder = join(shared, 'candidates', RUNTIME);
  const given = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  return {
    name: file,
    input: {
      parentHead: Buffer.from(given.parentHead, 'hex'),
      blockData:
        given.blockDataFile === undefined
          ? Buffer.from(given.blockData ?? '', 'hex')
          : readFileSync(join(folder, given.blockDataFile)),
      relayParentNumber: given.relayParentNumber,
      relayParentStorageRoot: Buffer.from(given.relayParentStorageRoot, 'hex'),
    },
  };
}

/** A worker in secure mode refuses to start with an environment. */
function greet(worker: RawWorker, { environment = {} }: RawOptions): void {
  worker.greet({ secureValidatorMode: Object.keys(environment).length === 0 });
}

/** Prepares the runtime by a worker of its own in these surroundings. */
async function prepareIn(options: RawOptions): Promise<Buffer> {
  const worker = await RawWorker.start('prepare', options);
  greet(worker, options);
  const file = join(worker.directory, 'tmp-artifact');
  writeFileSync(file, '');
  chmodSync(file, 0o666);
  const code = readFileSync(join(runtimes, `${RUNTIME}.compact.compressed.wasm`));
  worker.write(preparationFrame(code));
  expect(PrepareWorkerResult.decode(await worker.receive())).toMatchObject({ ok: true });
  return readFileSync(file);
}

function preparedIn(directory: string, artifact: Uint8Array): Prepared {
  const artifactPath = join(directory, 'artifact');
  writeFileSync(artifactPath, artifact);
  return { artifactPath, result: successWith(artifactChecksum(artifact)) };
}

/** All that must not vary of an answer, in a line. */
function essence(result: ExecuteWorkerResult): string {
  if (!result.ok) return JSON.stringify(result.error);
  const { jobResponse, povSize } = result.value;
  const what =
    jobResponse.type === 'Ok'
      ? createHash('sha256').update(ValidationResult.encode(jobResponse.resultDescriptor)).digest('hex')
      : 'value' in jobResponse && jobResponse.value;
  return `${jobResponse.type}, ${povSize} bytes, ${what}`;
}

/** Answers of one worker in these surroundings to the candidates in this order, one after the other. */
async function answersIn(
  options: RawOptions,
  artifact: Uint8Array,
  order: readonly Candidate[],
): Promise<[name: string, answer: string][]> {
  const worker = await RawWorker.start('execute', options);
  const prepared = preparedIn(worker.directory, artifact);
  greet(worker, options);
  worker.sendParams();
  const answers: [string, string][] = [];
  for (const { name, input } of order) {
    worker.write(encodeFrame(ExecuteRequest.encode(requestOf(prepared, input, LIMIT_MS))));
    answers.push([name, essence(ExecuteWorkerResult.decode(await worker.receive()))]);
  }
  return answers;
}

/** Runs `program` with its arguments in a process whose address space is laid out the same each time. */
const FIXED_LAYOUT = 'set -- setarch -R "$@"';
const HEAPS = [
  '--max-old-space-size=40 --max-semi-space-size=1',
  '--max-old-space-size=4000 --max-semi-space-size=64',
];
const FOREIGN_ENVIRONMENT = {
  LANG: 'tr_TR.UTF-8',
  LC_ALL: 'ar_EG.UTF-8',
  TZ: 'Pacific/Chatham',
  HOME: '/nonexistent',
  NODE_ICU_DATA: '/nonexistent',
  GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0',
  MALLOC_PERTURB_: '170',
};

const SURROUNDINGS: readonly [string, RawOptions][] = [
  ...USERS.map(([name, uid]): [string, RawOptions] => [`as ${name}`, { uid }]),
  ['without address-space randomisation', { before: FIXED_LAYOUT }],
  ['with another locale, time zone and environment', { environment: FOREIGN_ENVIRONMENT }],
  ['in another directory', { cwd: '/' }],
  ...HEAPS.map((flags): [string, RawOptions] => [`with ${flags}`, { environment: { NODE_OPTIONS: flags } }]),
];

/** The artifact, and what each candidate comes to in a worker of its own: its job loads the artifact itself. */
interface Baseline {
  readonly artifact: Buffer;
  readonly expected: ReadonlyMap<string, string>;
}

let made: Promise<Baseline> | undefined;
/** Made by the first test that asks. */
function baseline(): Promise<Baseline> {
  made ??= makeBaseline();
  return made;
}

async function makeBaseline(): Promise<Baseline> {
  const artifact = await prepareIn({});
  const expected = new Map<string, string>();
  for (const candidate of candidates)
    for (const [name, answer] of await answersIn({}, artifact, [candidate])) expected.set(name, answer);
  return { artifact, expected };
}

/** Twice all candidates, forwards and back: the first one in a job of its own, the others from a template. */
async function expectSame(options: RawOptions, artifact?: Uint8Array): Promise<void> {
  const { expected, artifact: usual } = await baseline();
  const order = [...candidates, ...candidates.toReversed()];
  const answers = await answersIn(options, artifact ?? usual, order);
  expect(answers).toEqual(order.map(({ name }) => [name, expected.get(name)]));
}

describe('candidates', () => {
  it('come to different ends', async () => {
    const { expected } = await baseline();
    expect(candidates).toHaveLength(8);
    const variants = new Set([...expected.values()].map((answer) => /^\w+/.exec(answer)![0]));
    expect([...variants].sort()).toEqual(['InvalidCandidate', 'Ok', 'PoVDecompressionFailure']);
  });

  it.each(SURROUNDINGS)('come to the same %s', async (_, options) => {
    await expectSame(options);
  });

  it('come to the same on a loaded machine', async () => {
    for (let i = 0; i < BUSY_PROCESSES; i++) busyProcess();
    await expectSame({});
  });

  it.each(SURROUNDINGS.slice(1, 4))('come to the same with an artifact made %s', async (_, options) => {
    const { artifact } = await baseline();
    const other = await prepareIn(options);
    expect(wasmOf(other)).toEqual(wasmOf(artifact));
    await expectSame({}, other);
  });
});

const BUSY_PROCESSES = 4;

/** Keeps a processor busy until the test has finished. */
function busyProcess(): void {
  const child: ChildProcess = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  onTestFinished(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  });
}
