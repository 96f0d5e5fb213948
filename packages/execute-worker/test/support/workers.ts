import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  artifactChecksum,
  codeHash,
  durationFromMs,
  type ExecuteRequest,
  type ExecuteWorkerResult,
  type ExecutorParams,
  type PrepareJobKind,
  type PrepareWorkerResult,
  WORKER_SPEED_UPS,
} from '@pvf/protocol';
import { speedUpsAreOff } from '@pvf/test-kit';
import { ExecuteWorker, FULL_SECURITY, PrepareWorker } from '../../../../verify/differential/driver/index.ts';

const packages = join(import.meta.dirname, '../../..');
/** The npm launchers, or the programs in the folder PVF_WORKERS: the standalone binaries pass the same tests. */
export const programOf = (kind: 'prepare' | 'execute') =>
  join(process.env.PVF_WORKERS ?? join(packages, `${kind}-worker/bin`), `pvf-${kind}-worker`);

/** What workers are started with besides, where the suites are to pass without any speed-up (docs/testing.md). */
export function withoutSpeedUps(kind: 'prepare' | 'execute', off = speedUpsAreOff()): readonly string[] {
  if (!off) return [];
  const noTemplates = kind === 'execute' ? ['--template-memory-bytes', '0'] : [];
  return ['--without', WORKER_SPEED_UPS.join(), ...noTemplates];
}

const ZERO_HASH = new Uint8Array(32);
const DEFAULT_BOMB_LIMIT = 30 * 1024 * 1024;
const PREPARATION_LIMIT_MS = 360_000;

export interface Prepared {
  readonly result: PrepareWorkerResult;
  readonly artifactPath: string;
}

export interface CandidateInput {
  readonly parentHead: Uint8Array;
  readonly blockData: Uint8Array;
  readonly relayParentNumber?: number;
  readonly relayParentStorageRoot?: Uint8Array;
}

/** A prepare worker and an execute worker in full isolation, and a directory for artifacts; `close` ends all. */
export class WorkerPair {
  readonly #directory = mkdtempSync(join(tmpdir(), 'pvf-pair-'));
  readonly #params: ExecutorParams;
  readonly #moreArguments: readonly string[];
  readonly #off: boolean;
  #prepare: PrepareWorker | undefined;
  #execute: ExecuteWorker | undefined;
  #artifacts = 0;

  /**
   * @param moreArguments of the execute worker
   * @param about the test is about what speed-ups do: they are not turned off, whatever the suites run with
   */
  constructor(params: ExecutorParams = [], moreArguments: readonly string[] = [], about?: 'speed-ups') {
    this.#params = params;
    this.#off = about === undefined && speedUpsAreOff();
    this.#moreArguments = moreArguments;
  }

  async prepare(
    code: Uint8Array,
    prepKind: PrepareJobKind = 'Prechecking',
    limitMs = PREPARATION_LIMIT_MS,
  ): Promise<Prepared> {
    const worker = await this.prepareWorker();
    const artifactPath = this.#newPath();
    const result = await worker.prepare(
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
    candidate: CandidateInput,
    limitMs: number,
  ): Promise<ExecuteWorkerResult> {
    const worker = await this.executeWorker();
    return (await worker.execute(requestOf(prepared, candidate, limitMs), prepared.artifactPath)).result;
  }

  /** `bytes` as an artifact that the host believes to be what a prepare worker has made. */
  artifactOf(bytes: Uint8Array): Prepared {
    const artifactPath = this.#newPath();
    writeFileSync(artifactPath, bytes);
    return { artifactPath, result: successWith(artifactChecksum(bytes)) };
  }

  /** Started when first asked for. */
  async prepareWorker(): Promise<PrepareWorker> {
    this.#prepare ??= await PrepareWorker.spawn({
      program: programOf('prepare'),
      security: FULL_SECURITY,
      moreArguments: withoutSpeedUps('prepare', this.#off),
    });
    return this.#prepare;
  }

  /** Started when first asked for. */
  async executeWorker(): Promise<ExecuteWorker> {
    this.#execute ??= await ExecuteWorker.spawn({
      program: programOf('execute'),
      security: FULL_SECURITY,
      executorParams: this.#params,
      moreArguments: [...withoutSpeedUps('execute', this.#off), ...this.#moreArguments],
    });
    return this.#execute;
  }

  #newPath(): string {
    return join(this.#directory, `artifact-${this.#artifacts++}`);
  }

  async close(): Promise<void> {
    await this.#prepare?.stop();
    await this.#execute?.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** The request that a host sends for a candidate. */
export function requestOf(prepared: Prepared, candidate: CandidateInput, limitMs: number): ExecuteRequest {
  if (!prepared.result.ok) throw new Error(`not prepared: ${JSON.stringify(prepared.result.error)}`);
  return {
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
}

/** What a prepare worker says of an artifact with this checksum. */
export function successWith(checksum: Uint8Array): PrepareWorkerResult {
  const memoryStats = { memoryTrackerStats: undefined, maxRss: undefined, peakTrackedAlloc: 0n };
  const stats = { memoryStats, cpuTimeElapsed: durationFromMs(0), observedWasmCodeLen: 0 };
  return { ok: true, value: { checksum, stats } };
}

/** The answer in a word: the job response, or what the worker says instead; with the reason if the job has died. */
export function answerOf(result: ExecuteWorkerResult): string {
  if (result.ok) return result.value.jobResponse.type;
  return result.error.type === 'JobDied' ? `JobDied: ${result.error.err}` : result.error.type;
}

/** The watermark of a valid answer. */
export function watermarkOf(result: ExecuteWorkerResult): number {
  if (!result.ok || result.value.jobResponse.type !== 'Ok')
    throw new Error(`not valid: ${JSON.stringify(result)}`);
  return result.value.jobResponse.resultDescriptor.hrmpWatermark;
}
