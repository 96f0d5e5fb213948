import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ValidationResult } from '@pvf/protocol';
import { sharedDir } from '@pvf/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Prepared, WorkerPair } from '../support/workers.ts';

const shared = sharedDir();
const runtimes = process.env.PVF_REAL_PVFS ?? join(import.meta.dirname, '../../../../.pvf-cache/real-pvfs');
const candidates = join(shared, 'candidates');
/** Twelve seconds of CPU time is what approval gives; the slowest valid candidate takes ten on the reference. */
const LIMIT_MS = 12_000;

interface Candidate {
  readonly parentHead: string;
  readonly blockData?: string;
  readonly blockDataFile?: string;
  readonly relayParentNumber: number;
  readonly relayParentStorageRoot: string;
  /** A valid result as its head, sizes and counts; whole where `expectedResult` or its hash is given. */
  readonly expected: { readonly job: string | Record<string, unknown>; readonly povSize: number };
  /** SCALE ValidationResult in hex, or the SHA-256 of a long one. */
  readonly expectedResult?: string;
  readonly expectedResultSha256?: string;
}

function pvfFile(name: string): string {
  const file = `${name}.compact.compressed.wasm`;
  const beside = join(candidates, file);
  return existsSync(beside) ? beside : join(runtimes, file);
}

const folders = readdirSync(candidates).filter((name) => statSync(join(candidates, name)).isDirectory());

it('has all six runtimes to run', () => {
  expect(folders).toHaveLength(6);
  expect(folders.filter((name) => !existsSync(pvfFile(name)))).toEqual([]);
});

describe.each(folders)('candidates of %s', (folder) => {
  const pair = new WorkerPair();
  let prepared: Prepared;
  beforeAll(async () => {
    prepared = await pair.prepare(readFileSync(pvfFile(folder)));
    expect(prepared.result.ok).toBe(true);
  });
  afterAll(() => pair.close());

  const files = readdirSync(join(candidates, folder)).filter((name) => /^\d+-.*\.json$/.test(name));
  it.each(files)('%s', async (file) => {
    const candidate: Candidate = JSON.parse(readFileSync(join(candidates, folder, file), 'utf8'));
    const { blockDataFile, expected } = candidate;
    const result = await pair.execute(
      prepared,
      {
        parentHead: Buffer.from(candidate.parentHead, 'hex'),
        blockData:
          blockDataFile === undefined
            ? Buffer.from(candidate.blockData ?? '', 'hex')
            : readFileSync(join(candidates, folder, blockDataFile)),
        relayParentNumber: candidate.relayParentNumber,
        relayParentStorageRoot: Buffer.from(candidate.relayParentStorageRoot, 'hex'),
      },
      LIMIT_MS,
    );
    if (!result.ok) throw new Error(`no response: ${JSON.stringify(result.error)}`);
    const { jobResponse, povSize } = result.value;
    const answer = typeof expected.job === 'string' ? expected.job : Object.keys(expected.job)[0]!;
    expect(jobResponse.type).toBe(answer === 'ok' ? 'Ok' : answer);
    expect(povSize).toBe(expected.povSize);
    if (jobResponse.type !== 'Ok') return;
    const { resultDescriptor: got } = jobResponse;
    expect({
      head: Buffer.from(got.headData).toString('hex'),
      newCode: got.newValidationCode?.length ?? null,
      up: got.upwardMessages.length,
      hm: got.horizontalMessages.length,
      processedDownward: got.processedDownwardMessages,
      hrmpWatermark: got.hrmpWatermark,
    }).toEqual((expected.job as { ok: unknown }).ok);
    const bytes = Buffer.from(ValidationResult.encode(got));
    if (candidate.expectedResult !== undefined) expect(bytes.toString('hex')).toBe(candidate.expectedResult);
    if (candidate.expectedResultSha256 !== undefined) {
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(candidate.expectedResultSha256);
    }
  });
});
