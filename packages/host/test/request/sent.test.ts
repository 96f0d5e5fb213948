import {
  artifactChecksum,
  type CandidateDescriptorVersion,
  codeHash,
  ExecuteHandshake,
  ExecuteRequest,
  type ExecutorParam,
  PvfPrepData,
  WorkerHandshake,
} from '@pvf/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BareRequest, ExecutionKind, PvfHost } from '../../src/index.ts';
import { atTheEnd, type FakeWorker } from '../support/fake-worker.ts';
import { candidate, DEFAULTS, progressOf, startFakeHost, text } from '../support/hosts.ts';

const exec = (kind: 'Backing' | 'Approval', ms: bigint): ExecutorParam => ({
  type: 'PvfExecTimeout',
  kind,
  value: ms,
});
const prep = (kind: 'Precheck' | 'Prepare', ms: bigint): ExecutorParam => ({
  type: 'PvfPrepTimeout',
  kind,
  value: ms,
});

/** Executor params, and every limit of CPU time in milliseconds that follows from them. */
const SETS: readonly {
  name: string;
  params: readonly ExecutorParam[];
  backing: number;
  approval: number;
  precheck: number;
  prepare: number;
}[] = [
  { name: 'none', params: [], backing: 2_000, approval: 12_000, precheck: 60_000, prepare: 360_000 },
  {
    name: 'a limit for backing',
    params: [exec('Backing', 1_500n)],
    backing: 1_500,
    approval: 12_000,
    precheck: 60_000,
    prepare: 360_000,
  },
  {
    name: 'a limit for approvals',
    params: [exec('Approval', 15_001n)],
    backing: 2_000,
    approval: 15_001,
    precheck: 60_000,
    prepare: 360_000,
  },
  {
    name: 'limits of preparation',
    params: [prep('Prepare', 90_003n), prep('Precheck', 30_002n)],
    backing: 2_000,
    approval: 12_000,
    precheck: 30_002,
    prepare: 90_003,
  },
  {
    name: 'all limits twice, of which the first counts',
    params: [
      exec('Approval', 9_000n),
      exec('Backing', 3_000n),
      prep('Precheck', 5_000n),
      prep('Prepare', 7_000n),
      exec('Approval', 1n),
      exec('Backing', 2n),
      prep('Precheck', 3n),
      prep('Prepare', 4n),
    ],
    backing: 3_000,
    approval: 9_000,
    precheck: 5_000,
    prepare: 7_000,
  },
  {
    name: 'params that limit something else',
    params: [
      { type: 'MaxMemoryPages', value: 4_096 },
      { type: 'StackLogicalMax', value: 2_048 },
      { type: 'StackNativeMax', value: 300_000 },
      { type: 'PrecheckingMaxMemory', value: 1n << 30n },
      { type: 'WasmExtBulkMemory' },
      { type: 'EnabledHostFunction', value: 'EccRfc163' },
    ],
    backing: 2_000,
    approval: 12_000,
    precheck: 60_000,
    prepare: 360_000,
  },
];

const LIMIT_OF = {
  dispute: 'approval',
  approval: 'approval',
  'backing-system': 'backing',
  backing: 'backing',
} as const;
const KINDS = Object.keys(LIMIT_OF) as ExecutionKind[];
const VERSIONS: Record<ExecutionKind, CandidateDescriptorVersion> = {
  dispute: { type: 'V1' },
  approval: { type: 'V2' },
  'backing-system': { type: 'V3' },
  backing: { type: 'Unknown', value: 9 },
};
const bytes = (first: number, length = 32): Uint8Array => Uint8Array.from({ length }, (_, i) => first + i);
const seconds = (ms: number) => ({ secs: BigInt(Math.floor(ms / 1_000)), nanos: (ms % 1_000) * 1_000_000 });
const securityStatus = {
  secureValidatorMode: true,
  canEnableLandlock: true,
  canEnableSeccomp: true,
  canUnshareUserNamespaceAndChangeRoot: true,
  canDoSecureClone: true,
};

let host: PvfHost;
let worker: FakeWorker;
const cleanup = atTheEnd();
beforeAll(async () => {
  ({ host, worker } = await startFakeHost({ executeWorkers: 1 }, cleanup));
  worker.record();
});

/** What workers got since the last call, decoded. */
function sent() {
  return worker.requests().map(({ kind, frames: [first, ...rest] }) => {
    const handshake = WorkerHandshake.decode(first!);
    return kind === 'prepare-worker'
      ? { handshake, preparation: PvfPrepData.decode(rest[0]!) }
      : {
          handshake,
          params: ExecuteHandshake.decode(rest[0]!).executorParams,
          execution: ExecuteRequest.decode(rest[1]!),
        };
  });
}

describe.each(SETS)('with executor params: $name', ({ name, params, ...limits }) => {
  const preparation = (code: Uint8Array, bombLimit: number, precheck: boolean) => ({
    handshake: { securityStatus },
    preparation: {
      maybeCompressedCode: code,
      validationCodeBombLimit: bombLimit,
      codeHash: codeHash(code),
      executorParams: params,
      prepTimeout: seconds(precheck ? limits.precheck : limits.prepare),
      prepKind: precheck ? 'Prechecking' : 'Compilation',
    },
  });
  it.each(KINDS)('a %s and its preparation', async (kind) => {
    const code = text(`${name}, ${kind}`);
    const request = candidate(`${kind} of ${name}`, {
      code,
      kind,
      executorParams: params,
      validationCodeBombLimit: 12_345_678,
      validationData: {
        parentHead: bytes(1, 5),
        relayParentNumber: 77,
        relayParentStorageRoot: bytes(2),
        maxPovSize: 5_000_001,
      },
      relayParent: bytes(3),
      schedulingParent: bytes(4),
      descriptorVersion: VERSIONS[kind],
    } as Partial<BareRequest>);
    expect(await host.validate(request)).toMatchObject({ kind: 'valid' });
    expect(sent()).toEqual([
      preparation(code, 12_345_678, false),
      {
        handshake: { securityStatus },
        params,
        execution: {
          pvd: request.validationData,
          pov: request.pov,
          executionTimeout: seconds(limits[LIMIT_OF[kind]]),
          artifactChecksum: artifactChecksum(code),
          relayParent: request.relayParent,
          schedulingParent: request.schedulingParent,
          descriptorVersion: VERSIONS[kind],
        },
      },
    ]);
  });

  it('a precheck and a heads-up', async () => {
    const [checked, needed] = [text(`${name}, checked`), text(`${name}, needed`)];
    expect(await host.precheck({ ...DEFAULTS, code: checked, executorParams: params })).toMatchObject({
      kind: 'ok',
    });
    const default30MiB = 30 * 1024 * 1024;
    expect(sent()).toEqual([preparation(checked, default30MiB, true)]);
    await host.headsUp([{ ...DEFAULTS, code: needed, executorParams: params, validationCodeBombLimit: 9 }]);
    // Waits for the same preparation.
    expect(await host.precheck({ ...DEFAULTS, code: needed, executorParams: params })).toMatchObject({
      kind: 'ok',
    });
    expect(sent()).toEqual([preparation(needed, 9, false)]);
  });
});

it.each(KINDS)('what a caller leaves out, and a time limit of its own, for a %s', async (kind) => {
  const request = candidate(`${kind} by default`, {
    code: text('by default'),
    kind,
    executionTimeoutMs: 3_210.5,
  });
  expect(await host.validate(request)).toMatchObject({ kind: 'valid' });
  expect(sent().at(-1)).toMatchObject({
    params: [],
    execution: {
      executionTimeout: { secs: 3n, nanos: 210_500_000 },
      relayParent: new Uint8Array(32),
      schedulingParent: new Uint8Array(32),
      descriptorVersion: { type: 'V1' },
    },
  });
});

describe('while a preparation of normal priority takes the only worker for such', () => {
  it.each([
    ['precheck', false],
    ['heads-up', false],
    ['backing', false],
    ['backing-system', false],
    ['approval', true],
    ['dispute', true],
  ] as const)('that of a %s gets another one: %s', async (what, another) => {
    const { host: own } = await startFakeHost({ prepareWorkersSoft: 1, prepareWorkersHard: 2 });
    const first = progressOf('preparing');
    const hanging = own.precheck({ ...DEFAULTS, code: text('hangs'), onProgress: first.onProgress });
    await first.reached;
    const code = text('another one');
    const queued = progressOf('preparation-queued');
    const rest = { ...DEFAULTS, code, onProgress: queued.onProgress };
    const second =
      what === 'heads-up'
        ? own.headsUp([{ ...DEFAULTS, code }])
        : what === 'precheck'
          ? own.precheck(rest)
          : own.validate(candidate('fine', { ...rest, kind: what }));
    await (what === 'heads-up' ? second : queued.reached);
    expect(own.status().prepare.workers).toBe(another ? 2 : 1);
    await own.close();
    await Promise.all([hanging, second]);
  });
});
