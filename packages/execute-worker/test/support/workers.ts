import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  codeHash,
  durationFromMs,
  type ExecuteRequest,
  type ExecuteWorkerResult,
  type ExecutorParams,
  type PrepareJobKind,
  type PrepareWorkerResult,
} from '@pvf/protocol';
import { ExecuteWorker, FULL_SECURITY, PrepareWorker } from '../../../../bench/differential/driver/index.ts';

const packages = join(import.meta.dirname, '../../..');
const programOf = (kind: string) => join(packages, `${kind}-worker/bin/pvf-${kind}-worker`);
const ZERO_HASH = new Uint8Array(32);
const DEFAULT_BOMB_LIMIT = 30 * 1024 * 1024;
const PREPARATION_LIMIT_MS = 360_000;

export interface Prepared {
  readonly result: PrepareWorkerResult;
  readonly artifactPath: string;
}

/** A prepare worker and an execute worker in full isolation, and a directory for artifacts; `close` ends all. */
export class WorkerPair {
  readonly #directory = mkdtempSync(join(tmpdir(), 'pvf-pair-'));
  readonly #params: ExecutorParams;
  #prepare: PrepareWorker | undefined;
  #execute: ExecuteWorker | undefined;
  #artifacts = 0;

  constructor(params: ExecutorParams = []) {
    this.#params = params;
  }

  async prepare(
    code: Uint8Array,
    prepKind: PrepareJobKind = 'Prechecking',
    limitMs = PREPARATION_LIMIT_MS,
  ): Promise<Prepared> {
    this.#prepare ??= await PrepareWorker.spawn({ program: programOf('prepare'), security: FULL_SECURITY });
    const artifactPath = join(this.#directory, `artifact-${this.#artifacts++}`);
    const result = await this.#prepare.prepare(
      {
        maybeCompressedCode: code,
        validationCodeBombLimit: DEFAULT_BOMB_LIMIT,
        codeHash: codeHash(code),
        executorParams: this.#params,
        prepTimeout: durationFromMs(limitMs),
        prepKind,
      },
      artifactPath,
    );
    return { result, artifactPath };
  }

  async execute(
    prepared: Prepared,
    candidate: {
      parentHead: Uint8Array;
      blockData: Uint8Array;
      relayParentNumber?: number;
      relayParentStorageRoot?: Uint8Array;
    },
    limitMs: number,
  ): Promise<ExecuteWorkerResult> {
    if (!prepared.result.ok) throw new Error(`not prepared: ${JSON.stringify(prepared.result.error)}`);
    this.#execute ??= await ExecuteWorker.spawn({
      program: programOf('execute'),
      security: FULL_SECURITY,
      executorParams: this.#params,
    });
    const request: ExecuteRequest = {
      pvd: {
        parentHead: candidate.parentHead,
        relayParentNumber: candidate.relayParentNumber ?? 1,
        relayParentStorageRoot: candidate.relayParentStorageRoot ?? ZERO_HASH,
        maxPovSize: 10 * 1024 * 1024,
      },
      pov: { blockData: candidate.blockData },
      executionTimeout: durationFromMs(limitMs),
      artifactChecksum: prepared.result.value.checksum,
      relayParent: ZERO_HASH,
      schedulingParent: ZERO_HASH,
      descriptorVersion: { type: 'V1' },
    };
    return (await this.#execute.execute(request, prepared.artifactPath)).result;
  }

  async close(): Promise<void> {
    await this.#prepare?.stop();
    await this.#execute?.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
