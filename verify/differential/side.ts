import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  artifactChecksum,
  codeHash,
  durationFromMs,
  type ExecutorParams,
  paramsHash,
  type SecurityStatus,
} from '@pvf/protocol';
import { type Answer, executeAnswer, failureAnswer, prepareAnswer } from './answer.ts';
import type { Execution, PvfCase } from './cases/index.ts';
import { ExecuteWorker, PrepareWorker } from './driver/index.ts';

/** The two worker programs of one side. */
export interface WorkerPrograms {
  prepare: string;
  execute: string;
}

/** What an execute worker may have answered and still be given another request (the host's own rule). */
const REUSABLE = new Set([
  'Ok',
  'InvalidCandidate',
  'PoVDecompressionFailure',
  'RuntimeConstruction',
  'CorruptedArtifact',
]);
/** The same for a prepare worker: errors that say nothing about its health. */
const PREPARE_REUSABLE = new Set([
  'Ok',
  'Prevalidation',
  'Preparation',
  'RuntimeConstruction',
  'CouldNotDecompressCodeBlob',
]);

/** One pair of worker programs: keeps a worker of each kind and replaces it by the host's rules. */
export class Side {
  readonly name: string;
  readonly #programs: WorkerPrograms;
  readonly #security: SecurityStatus;
  readonly #directory = mkdtempSync(join(tmpdir(), 'pvf-diff-artifacts-'));
  /** Of the artifact prepared last. */
  #checksum: Uint8Array = new Uint8Array(32);
  #prepareWorker: PrepareWorker | undefined;
  #executeWorker: { key: string; worker: ExecuteWorker } | undefined;

  constructor(name: string, programs: WorkerPrograms, security: SecurityStatus) {
    this.name = name;
    this.#programs = programs;
    this.#security = security;
  }

  get #artifact(): string {
    return join(this.#directory, 'prepared');
  }

  async prepare(pvf: PvfCase): Promise<Answer> {
    rmSync(this.#artifact, { force: true });
    let answer: Answer;
    try {
      this.#prepareWorker ??= await PrepareWorker.spawn({
        program: this.#programs.prepare,
        security: this.#security,
      });
      const request = {
        maybeCompressedCode: pvf.code,
        validationCodeBombLimit: pvf.bombLimit,
        codeHash: codeHash(pvf.code),
        executorParams: pvf.executorParams,
        prepTimeout: durationFromMs(pvf.prepTimeoutMs),
        prepKind: pvf.kind,
      };
      const reply = await this.#prepareWorker.prepare(request, this.#artifact);
      answer = prepareAnswer(reply);
      if (reply.ok) this.#checksum = artifactChecksum(readFileSync(this.#artifact));
      if (reply.ok && !sameBytes(reply.value.checksum, this.#checksum))
        answer = {
          variant: 'worker/wrong-checksum',
          verdict: 'internal',
          text: 'checksum is not the file’s',
        };
    } catch (failure) {
      answer = failureAnswer(failure);
    }
    if (!PREPARE_REUSABLE.has(answer.variant)) await this.#stopPrepareWorker();
    return answer;
  }

  async execute(pvf: PvfCase, execution: Execution): Promise<Answer> {
    let answer: Answer;
    try {
      const worker = await this.#workerFor(pvf.executorParams);
      const { path, checksum } = this.#artifactFor(execution.artifact);
      const request = {
        pvd: {
          parentHead: execution.parentHead,
          relayParentNumber: execution.relayParentNumber,
          relayParentStorageRoot: execution.relayParentStorageRoot,
          maxPovSize: 0xffff_ffff,
        },
        pov: { blockData: execution.blockData },
        executionTimeout: durationFromMs(execution.timeoutMs),
        artifactChecksum: checksum,
        relayParent: execution.relayParent,
        schedulingParent: execution.schedulingParent,
        descriptorVersion: execution.descriptorVersion,
      };
      const { result, bytes } = await worker.execute(request, path);
      answer = executeAnswer(result, bytes);
    } catch (failure) {
      answer = failureAnswer(failure);
    }
    if (!REUSABLE.has(answer.variant)) await this.#stopExecuteWorker();
    return answer;
  }

  async close(): Promise<void> {
    await this.#stopPrepareWorker();
    await this.#stopExecuteWorker();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #workerFor(executorParams: ExecutorParams): Promise<ExecuteWorker> {
    const key = Buffer.from(paramsHash(executorParams)).toString('hex');
    if (this.#executeWorker?.key !== key) {
      await this.#stopExecuteWorker();
      const worker = await ExecuteWorker.spawn({
        program: this.#programs.execute,
        security: this.#security,
        executorParams,
      });
      this.#executeWorker = { key, worker };
    }
    return this.#executeWorker!.worker;
  }

  #artifactFor(variant: Execution['artifact']): { path: string | undefined; checksum: Uint8Array } {
    const checksum = this.#checksum;
    const changed = (bytes: Uint8Array, rightChecksum: boolean) => {
      const path = join(this.#directory, 'changed');
      rmSync(path, { force: true });
      writeFileSync(path, bytes);
      return { path, checksum: rightChecksum ? artifactChecksum(bytes) : checksum };
    };
    switch (variant) {
      case 'as-prepared':
        return { path: this.#artifact, checksum };
      case 'missing':
        return { path: undefined, checksum };
      case 'other-checksum':
        return { path: this.#artifact, checksum: checksum.map((byte) => byte ^ 0xff) };
      case 'empty':
      case 'empty-right-checksum':
        return changed(Buffer.alloc(0), variant !== 'empty');
      case 'garbage':
      case 'garbage-right-checksum':
        return changed(Buffer.from('this is not an artifact'.repeat(10)), variant !== 'garbage');
      case 'truncated':
      case 'truncated-right-checksum': {
        const prepared = readFileSync(this.#artifact);
        return changed(prepared.subarray(0, prepared.length >> 1), variant !== 'truncated');
      }
      case 'flipped': {
        const bytes = readFileSync(this.#artifact);
        const middle = bytes.length >> 1;
        bytes[middle] = (bytes[middle] ?? 0) ^ 1;
        return changed(bytes, false);
      }
    }
  }

  async #stopPrepareWorker(): Promise<void> {
    await this.#prepareWorker?.stop();
    this.#prepareWorker = undefined;
  }

  async #stopExecuteWorker(): Promise<void> {
    await this.#executeWorker?.worker.stop();
    this.#executeWorker = undefined;
  }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
