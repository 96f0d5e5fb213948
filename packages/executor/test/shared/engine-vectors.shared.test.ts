import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WORKER_NODE_FLAGS } from '../engine/flags.ts';
import type { GuestResult } from '../engine/run-guest.ts';
import { sharedFile } from './vectors.ts';

const runner = join(import.meta.dirname, 'engine-vectors.runner.ts');

type Result = GuestResult & { readonly name: string; readonly sha256?: string };

/** Runs a vector file in a process like a worker: same flags, same stack. */
function runVectors(file: string): Map<string, Result> {
  const command = 'ulimit -S -s 307200; exec "$0" "$@"';
  const output = execFileSync(
    'sh',
    ['-c', command, process.execPath, ...WORKER_NODE_FLAGS, runner, sharedFile('vectors', file)],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    },
  );
  const results = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Result);
  return new Map(results.map((result) => [result.name, result]));
}

interface VectorRecord {
  readonly name: string;
  readonly kind?: string;
  readonly wasm?: string;
  readonly stage?: string;
  readonly job_response?: { readonly type: string };
  readonly job_response_hex?: string;
  readonly job_response_sha256?: string;
  readonly prepare_error?: { readonly prepare_error: { readonly type: string } };
  readonly precheck_error?: object;
  readonly execute?: { readonly type: string };
}

const load = (file: string): VectorRecord[] => JSON.parse(readFileSync(sharedFile('vectors', file), 'utf8'));
const named = (records: VectorRecord[]) => records.map((record) => [record.name, record] as const);

describe('engine vectors of the reference', () => {
  const execute = load('execute.json');
  const executed = runVectors('execute.json');
  it.each(named(execute))('execute: %s', (name, record) => {
    const result = executed.get(name)!;
    const { job_response, job_response_hex, job_response_sha256, prepare_error, precheck_error } = record;
    if (prepare_error !== undefined) {
      expect(result.stage).toBe(stageOf(prepare_error.prepare_error.type));
      return;
    }
    expect(result.stage).toBe(
      precheck_error === undefined ? (result.stage === 'construct' ? 'construct' : 'ok') : 'construct',
    );
    expect(result.response, result.message).toBe(job_response?.type);
    if (job_response?.type !== 'Ok') return;
    if (job_response_hex !== undefined) expect(result.hex).toBe(job_response_hex);
    else expect(result.sha256).toBe(job_response_sha256);
  });

  const adder = load('adder-state.json');
  it('has adder records that carry no module of their own', () => {
    expect(adder.every((record) => record.wasm === undefined)).toBe(true);
  });

  const stages = load('full-blob.json').filter(
    (record) => record.kind === 'stage' && record.wasm !== undefined,
  );
  const staged = runVectors('full-blob.json');
  it.each(named(stages))('stage: %s', (name, record) => {
    const result = staged.get(name)!;
    expect(result.stage, result.message).toBe(record.stage);
    if (record.execute !== undefined) expect(result.response, result.message).toBe(record.execute.type);
  });
});

function stageOf(prepareError: string): string {
  return {
    CouldNotDecompressCodeBlob: 'decompress',
    Prevalidation: 'prevalidate',
    Preparation: 'prepare',
    RuntimeConstruction: 'construct',
  }[prepareError]!;
}
