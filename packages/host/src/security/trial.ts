import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  codeHash,
  durationFromMs,
  type ExecuteRequest,
  type ExecutorParams,
  type PvfPrepData,
  paramsHash,
} from '@pvf/protocol';
import { HostError } from '../errors.ts';
import type {
  ExecuteAnswer,
  ExecuteJob,
  ExecuteListener,
  ExecuteQueue,
  ExecuteWork,
  FromExecuteQueue,
  MaybeLater,
} from '../execute/index.ts';
import { toHex } from '../hex.ts';
import type {
  FromPrepareQueue,
  PrepareAnswer,
  PrepareListener,
  PrepareQueue,
  PrepareWork,
} from '../prepare/index.ts';
import { classify, describePrepareError } from '../verdict/index.ts';

/** Names of the trial's jobs; no artifact's and no execution's. */
const PREPARATION = 'trial';
const EXECUTION = 0;

/** The defaults of most requests, so that the trial's execute worker serves those next. */
const PARAMS: ExecutorParams = [];
/** CPU time; both take milliseconds. */
const TIMEOUT_MS = 60_000;
const BOMB_LIMIT_BYTES = 1 << 20;
const ZERO_HASH = new Uint8Array(32);
const NOTHING = new Uint8Array();
const WATERMARK = 42;

/**
 * A PVF that accepts every candidate, with an empty head and the watermark above:
 *
 *     (module
 *       (memory (export "memory") 1)
 *       (global (export "__heap_base") i32 (i32.const 64))
 *       (data (i32.const 0) "\00\00\00\00\00\00\00\00\2a\00\00\00")
 *       (func (export "validate_block") (param i32 i32) (result i64) (i64.const 0xc00000000)))
 */
const CODE = Buffer.from(
  'AGFzbQEAAAABBwFgAn9/AX4DAgEABQMBAAEGBwF/AEHAAAsHKQMGbWVtb3J5AgALX19oZWFwX2Jhc2UDAA52YWxpZGF0ZV9ibG9jawAACgsBCQBC' +
    'gICAgMABCwsSAQBBAAsMAAAAAAAAAAAqAAAA',
  'base64',
);

interface Queues {
  prepare: PrepareQueue<PrepareWork, PrepareAnswer>;
  execute: ExecuteQueue<ExecutorParams, MaybeLater, ExecuteAnswer>;
}

/**
 * One preparation and one execution of a module of ours, by the workers and jobs that requests get: what this machine
 * does not let them do shows before there is a request that it could count against. The workers serve requests next.
 */
export class Trial implements PrepareListener<PrepareAnswer>, ExecuteListener<ExecuteAnswer> {
  readonly #runDir: string;
  readonly #prepared = Promise.withResolvers<PrepareAnswer>();
  readonly #executed = Promise.withResolvers<ExecuteAnswer>();

  /** @param runDir where the artifact lies meanwhile: on the file system of the worker directories */
  constructor(runDir: string) {
    this.#runDir = runDir;
    for (const { promise } of [this.#prepared, this.#executed]) promise.catch(() => {});
  }

  handlePreparation(message: FromPrepareQueue<PrepareAnswer>): void {
    if (message.type === 'concluded') this.#prepared.resolve(message.answer);
    if (message.type === 'failed')
      this.#prepared.reject(failed('the start of the prepare worker', message.reason.message));
  }

  handleExecution(message: FromExecuteQueue<ExecuteAnswer>): void {
    if (message.type === 'concluded') this.#executed.resolve(message.answer);
    if (message.type === 'failed')
      this.#executed.reject(failed('the start of the execute worker', message.reason.message));
  }

  /**
   * Before there are requests: the queues report to the trial.
   * @throws HostError TRIAL_FAILED: requests would fare no better
   */
  async run({ prepare, execute }: Queues): Promise<void> {
    prepare.reportTo(this);
    execute.reportTo(this);
    const artifactPath = join(this.#runDir, PREPARATION);
    const work = Promise.withResolvers<ExecuteWork>();
    // No worker may have come so far as to wait for it, and a rejection that nobody hears ends the process.
    work.promise.catch(() => {});
    // The execute worker starts while the artifact is made.
    execute.handle({ type: 'enqueue', job: executeJob(work.promise) });
    try {
      const checksum = await this.#prepare(prepare, artifactPath);
      work.resolve({ request: executeRequest(checksum), artifactPath });
      check(await this.#executed.promise);
    } catch (error) {
      execute.handle({ type: 'cancel', job: EXECUTION });
      work.reject(error);
      throw error;
    } finally {
      await rm(artifactPath, { force: true });
    }
  }

  async #prepare(prepare: Queues['prepare'], artifactPath: string): Promise<Uint8Array> {
    const work: PrepareWork = {
      request: prepareRequest(),
      destination: { type: 'file', path: artifactPath },
    };
    prepare.handle({ type: 'enqueue', job: PREPARATION, priority: 'critical', work });
    const answer = await this.#prepared.promise;
    if (answer.type === 'prepared') return answer.checksum;
    throw failed('the preparation of a module of ours', describePrepareError(answer.error));
  }
}

function prepareRequest(): PvfPrepData {
  return {
    maybeCompressedCode: CODE,
    validationCodeBombLimit: BOMB_LIMIT_BYTES,
    codeHash: codeHash(CODE),
    executorParams: PARAMS,
    prepTimeout: durationFromMs(TIMEOUT_MS),
    prepKind: 'Prechecking',
  };
}

function executeRequest(artifactChecksum: Uint8Array): ExecuteRequest {
  return {
    pvd: { parentHead: NOTHING, relayParentNumber: 0, relayParentStorageRoot: ZERO_HASH, maxPovSize: 0 },
    pov: { blockData: NOTHING },
    executionTimeout: durationFromMs(TIMEOUT_MS),
    artifactChecksum,
    relayParent: ZERO_HASH,
    schedulingParent: ZERO_HASH,
    descriptorVersion: { type: 'V1' },
  };
}

function executeJob(work: Promise<ExecuteWork>): ExecuteJob<ExecutorParams, MaybeLater> {
  return {
    id: EXECUTION,
    kind: 'approval',
    paramsHash: toHex(paramsHash(PARAMS)),
    spec: PARAMS,
    schedulingParent: undefined,
    work,
  };
}

/** @throws HostError TRIAL_FAILED */
function check(answer: ExecuteAnswer): void {
  const step = 'the execution of a module of ours';
  const verdict = classify(answer);
  if (verdict.type !== 'valid') throw failed(step, verdict.message);
  const { hrmpWatermark } = verdict.response.jobResponse.resultDescriptor;
  if (hrmpWatermark !== WATERMARK) throw failed(step, `it gave ${hrmpWatermark} instead of ${WATERMARK}`);
}

function failed(step: string, reason: string): HostError<'TRIAL_FAILED'> {
  return new HostError(
    'TRIAL_FAILED',
    { step, reason },
    `this machine, as this process may use it, does not let workers and jobs do their work: ${step} failed: ${reason}. ${
      FULL.test(reason) ? ROOM : ALLOW
    }`,
  );
}

/** No space, no inodes, or no quota left. */
const FULL = /\b(ENOSPC|EDQUOT)\b/;
const ROOM = 'Free space and inodes on the disk of the cache directory, or pass another one as cacheDir';
const ALLOW =
  'Allow what is named there (for a systemd service: SystemCallFilter=, SystemCallErrorNumber=EPERM, Limit…=; in a ' +
  'container: its seccomp profile and ulimits); `pvf doctor` tells more';
