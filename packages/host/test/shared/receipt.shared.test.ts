// The 180 records of receipt.json about a whole check: receipt, inputs and the chain's answers, with a PVF that returns
// the given result.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CandidateCommitments,
  commitmentsOf,
  ExecuteRequest,
  PersistedValidationData,
  ValidationResult,
} from '@pvf/protocol';
import { sharedDir } from '@pvf/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ChainAnswers, PvfHost, ReceiptRequest } from '../../src/index.ts';
import { atTheEnd, type FakeWorker } from '../support/fake-worker.ts';
import { DEFAULTS, startFakeHost } from '../support/hosts.ts';

type Bulk = string | { lcg: { seed: number; len: number } };
interface Result {
  head_data: string;
  new_validation_code: Bulk | null;
  upward_messages: string[];
  horizontal_messages: { recipient: number; data: string }[];
  processed_downward_messages: number;
  hrmp_watermark: number;
}
interface Check {
  type: string;
  name: string;
  kind: 'approval' | 'backing';
  receipt: string;
  candidate_hash: string;
  pvd: string;
  block_data: Bulk;
  validation_code: Bulk;
  result: Result;
  v3_seen: boolean;
  chain: null | {
    session_index_for_child: number | null;
    ancestor_relay_parent_info: 'found' | 'missing' | 'not-supported' | 'error';
    claim_queue: { core: number; paras: number[] }[] | null;
  };
  outcome: {
    valid?: { commitments: string; commitments_hash: string };
    invalid?: { type: string; value?: unknown };
    failed?: string;
  };
  stage: 'before' | 'after';
  request: { descriptor_version: unknown; relay_parent: string; scheduling_parent: string };
}

const records = (
  JSON.parse(readFileSync(join(sharedDir(), 'vectors', 'receipt.json'), 'utf8')) as Check[]
).filter(({ type }) => type === 'check');

/** Our names of the reference's `InvalidCandidate`. */
const RULES: Record<string, string> = {
  PersistedValidationDataMismatch: 'validation-data-hash',
  ParamsTooLarge: 'pov-size',
  PoVHashMismatch: 'pov-hash',
  CodeHashMismatch: 'code-hash',
  InvalidSchedulingSession: 'scheduling-session',
  InvalidRelayParentSession: 'relay-parent-session',
  ParaHeadHashMismatch: 'para-head',
  CommitmentsHashMismatch: 'commitments-hash',
  InvalidUMPSignals: 'ump-signals',
};

const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function bulk(value: Bulk): Uint8Array {
  if (typeof value === 'string') return fromHex(value);
  let x = value.lcg.seed >>> 0;
  return Uint8Array.from({ length: value.lcg.len }, () => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    return x >>> 24;
  });
}

const resultOf = (result: Result): ValidationResult => ({
  headData: fromHex(result.head_data),
  newValidationCode: result.new_validation_code === null ? undefined : bulk(result.new_validation_code),
  upwardMessages: result.upward_messages.map(fromHex),
  horizontalMessages: result.horizontal_messages.map(({ recipient, data }) => ({
    recipient,
    data: fromHex(data),
  })),
  processedDownwardMessages: result.processed_downward_messages,
  hrmpWatermark: result.hrmp_watermark,
});

function chainOf(chain: NonNullable<Check['chain']>): ChainAnswers {
  const { session_index_for_child, ancestor_relay_parent_info: info, claim_queue } = chain;
  return {
    sessionIndexForChild: session_index_for_child ?? undefined,
    ancestorRelayParentInfo: info === 'error' ? undefined : info,
    claimQueue: claim_queue ?? undefined,
  };
}

let host: PvfHost;
let worker: FakeWorker;
const cleanup = atTheEnd();
beforeAll(async () => {
  ({ host, worker } = await startFakeHost({ executeWorkers: 1 }, cleanup));
  worker.record();
});

it('there are as many records as the README of the vectors says', () => {
  expect(records).toHaveLength(180);
});

describe('every check of a receipt', () => {
  it.each(records)('$name', async (record) => {
    const blockData = bulk(record.block_data);
    worker.setResult(blockData, ValidationResult.encode(resultOf(record.result)));
    const claim = { receipt: fromHex(record.receipt), v3Seen: record.v3_seen };
    const request = {
      ...DEFAULTS,
      code: bulk(record.validation_code),
      validationData: PersistedValidationData.decodeExact(fromHex(record.pvd)),
      pov: { blockData },
      ...claim,
      ...(record.chain === null ? { kind: 'approval' } : { kind: 'backing', chain: chainOf(record.chain) }),
    } as ReceiptRequest;
    const outcome = await host.validate(request);
    const { valid, invalid, failed } = record.outcome;
    expect(outcome).toMatchObject({
      candidateHash: record.candidate_hash,
      attempts: record.stage === 'before' ? 0 : 1,
    });
    const executions = worker.requests().filter(({ kind }) => kind === 'execute-worker');
    expect(executions).toHaveLength(record.stage === 'before' ? 0 : 1);
    for (const { frames } of executions) {
      const sent = ExecuteRequest.decode(frames.at(-1)!);
      expect({
        descriptor_version: sent.descriptorVersion,
        relay_parent: toHex(sent.relayParent),
        scheduling_parent: toHex(sent.schedulingParent),
      }).toEqual(record.request);
    }

    if (valid !== undefined) {
      expect(outcome).toMatchObject({ kind: 'valid', vote: 'for' });
      if (outcome.kind !== 'valid') return;
      expect(toHex(CandidateCommitments.encode(commitmentsOf(outcome.result)))).toBe(valid.commitments);
    } else if (failed !== undefined) {
      const cause = failed.replaceAll(' ', '-');
      expect(outcome).toMatchObject({ kind: 'chain-unavailable', vote: 'abstain', cause });
    } else {
      const rule = RULES[invalid!.type];
      expect(rule).toBeDefined();
      expect(outcome).toMatchObject({ kind: 'invalid', vote: 'against', rule });
      if (rule === 'ump-signals') {
        const { display: _, ...umpSignals } = invalid!.value as { display: string };
        expect(outcome).toMatchObject({ umpSignals });
      }
      if (rule === 'pov-size')
        expect(outcome).toMatchObject({ message: expect.stringContaining(String(invalid!.value)) });
    }
  });
});
