import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PersistedValidationData } from '@pvf/protocol';

/** The reference's answer to a candidate, as `shared/candidates/README.md` describes it. */
export type ExpectedJob = { ok: unknown } | { [variant: string]: unknown } | string;

export interface Candidate {
  file: string;
  name: string;
  kind: string;
  validationData: PersistedValidationData;
  blockData: Uint8Array;
  expectedJob: ExpectedJob;
  /** Hex; only for results up to 4 KiB. */
  expectedResult: string | undefined;
  expectedResultSha256: string | undefined;
  expectedPovSize: number;
}

const MAX_POV_BYTES = 10 * 1024 * 1024;

/** The folder of shared material: `PVF_SHARED`, else `shared` beside the repository. Throws if it is missing. */
export function sharedDir(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const dir = process.env.PVF_SHARED ?? join(repositoryRoot(here), '..', 'shared');
  if (!existsSync(dir))
    throw new Error(
      `the shared material is not at ${dir}; set PVF_SHARED to its folder (docs/testing.md says how to have it)`,
    );
  return dir;
}

function repositoryRoot(from: string): string {
  for (let dir = from; ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'pnpm-workspace.yaml'))) return dir;
    if (dir === dirname(dir)) throw new Error(`${from} is in no pnpm workspace`);
  }
}

/** All candidates of one PVF in the order of their chain. */
export function loadCandidates(pvf: string): Candidate[] {
  const dir = join(sharedDir(), 'candidates', pvf);
  return readdirSync(dir)
    .filter((name) => /^\d+-.*\.json$/.test(name))
    .sort()
    .map((name) => loadCandidate(dir, name));
}

function loadCandidate(dir: string, file: string): Candidate {
  const record = JSON.parse(readFileSync(join(dir, file), 'utf8'));
  const blockData =
    record.blockDataFile === undefined
      ? fromHex(record.blockData)
      : readFileSync(join(dir, record.blockDataFile));
  return {
    file,
    name: record.name,
    kind: record.kind,
    validationData: {
      parentHead: fromHex(record.parentHead),
      relayParentNumber: record.relayParentNumber,
      relayParentStorageRoot: fromHex(record.relayParentStorageRoot),
      maxPovSize: MAX_POV_BYTES,
    },
    blockData: new Uint8Array(blockData),
    expectedJob: record.expected.job,
    expectedResult: record.expectedResult,
    expectedResultSha256: record.expectedResultSha256,
    expectedPovSize: record.expected.povSize,
  };
}

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
