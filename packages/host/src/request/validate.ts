import {
  durationFromMs,
  durationToNs,
  type ExecuteRequest,
  isDeterministic,
  ValidationResult,
} from '@pvf/protocol';
import type { ArtifactResult } from '../artifacts/index.ts';
import type { PvfCode } from '../code.ts';
import type { ExecutionDetail } from '../detail.ts';
import { IN_MEMORY_FROM_BYTES } from '../execute/index.ts';
import { fromHex, toHex } from '../hex.ts';
import { isBacking } from '../kinds.ts';
import { orAborted } from '../or-aborted.ts';
import type { ArtifactInfo, ValidationCommon, ValidationOutcome } from '../outcome.ts';
import type { Artifact } from '../store/index.ts';
import { toSharedInTurn } from '../threads/index.ts';
import { classify, type Verdict } from '../verdict/index.ts';
import type { CheckedCandidate, CheckedPvf } from './check.ts';
import { emptyDetail, executionTimeoutOf, withAnswer } from './detail.ts';
import type { ExecutionResult } from './executions.ts';
import type { HostServices } from './host-services.ts';
import { importCode } from './import-code.ts';
import { logRefusal } from './log-refusal.ts';
import {
  foundOutcome,
  notPreparedOutcome,
  notStartedOutcome,
  refusedOutcome,
  stoppedOutcome,
} from './outcomes.ts';
import { acquireArtifact, artifactInfo } from './prepare.ts';
import { findAfterExecution, findBeforeExecution } from './receipt.ts';
import { RetryBudget } from './retries.ts';
import { type RequestScope, Stopped } from './scope.ts';

/** An artifact that vanishes between its look-up and its use is no attempt; a cache that keeps losing them is broken. */
const MAX_LOST_ARTIFACTS = 3;

/** What a worker or a candidate brings into the log is cut there. */
const LOGGED_CHARS = 256;

/** One validation from its code to its outcome. */
export class Validation {
  readonly #services: HostServices;
  readonly #scope: RequestScope;
  readonly #pvf: CheckedPvf;
  #candidate: CheckedCandidate;
  readonly #retries: RetryBudget;
  #codeHash = '';
  #attempts = 0;
  #lost = 0;
  #queuedMs = 0;
  #wallTimeMs = 0;
  #cpuTimeNs: bigint | undefined;
  #artifact: ArtifactInfo | undefined;
  #detail: ExecutionDetail;

  constructor(services: HostServices, scope: RequestScope, pvf: CheckedPvf, candidate: CheckedCandidate) {
    this.#services = services;
    this.#scope = scope;
    this.#pvf = pvf;
    this.#candidate = candidate;
    this.#retries = new RetryBudget(candidate.kind, services.retryPauseMs);
    this.#detail = emptyDetail(pvf, candidate);
  }

  /** Never rejects. */
  async run(): Promise<ValidationOutcome> {
    try {
      this.#scope.signal.throwIfAborted();
      const code = await orAborted(importCode(this.#services.threads, this.#pvf.code), this.#scope.signal);
      this.#codeHash = code.hash;
      this.#scope.progress({ type: 'hashed', codeHash: code.hash });
      const { threads } = this.#services;
      await this.#shareBlockData();
      const early = findBeforeExecution(threads, this.#candidate, code.hash);
      const finding = await orAborted(early, this.#scope.signal);
      if (finding !== undefined) return foundOutcome(this.#common(), finding);
      for (;;) {
        const outcome = await this.#attempt(code);
        if (outcome !== undefined) return outcome;
      }
    } catch (error) {
      if (error instanceof Stopped) return stoppedOutcome(this.#common(), error);
      this.#scope.logger.error({ error: String(error) }, 'validation failed unexpectedly');
      return {
        ...this.#common(),
        kind: 'internal',
        vote: 'abstain',
        cause: 'host-fault',
        message: String(error),
      };
    }
  }

  /** What is hashed on a thread is copied once, and goes to the worker from there. */
  async #shareBlockData(): Promise<void> {
    const { blockData, claim } = this.#candidate;
    if (claim === undefined || blockData.byteLength < IN_MEMORY_FROM_BYTES) return;
    const shared = await orAborted(toSharedInTurn(blockData, this.#services.threads), this.#scope.signal);
    this.#candidate = { ...this.#candidate, blockData: shared };
  }

  /** Undefined: go on with another attempt. */
  async #attempt(code: PvfCode): Promise<ValidationOutcome | undefined> {
    const { kind } = this.#candidate;
    const priority = isBacking(kind) ? 'normal' : 'critical';
    const found = await acquireArtifact(this.#services, this.#scope, this.#pvf, code, {
      purpose: 'execute',
      priority,
    });
    if (found.type === 'failed') return this.#notPrepared(found);
    if (found.type === 'not-started') return notStartedOutcome(this.#common(), found.reason);
    const { artifact } = found;
    // Of several preparations the last counts, and its artifact is new to this request.
    this.#artifact = artifactInfo(artifact, found.fromCache && this.#attempts === 0);

    const result = await this.#execute(artifact);
    if (result.type === 'not-started') return notStartedOutcome(this.#common(), result.reason);
    if (result.type === 'dropped') throw new Stopped('inactive-fork');
    this.#queuedMs += result.queuedMs;
    const verdict = classify(result.answer);
    if ('artifactAtFault' in verdict && verdict.artifactAtFault)
      await this.#services.artifacts.discard(artifact);
    if (result.answer.type === 'artifact-missing') {
      this.#lost += 1;
      return this.#lost <= MAX_LOST_ARTIFACTS ? undefined : this.#concluded(verdict);
    }
    this.#attempts += 1;
    if (await this.#mayRetry(verdict)) return undefined;
    return await this.#concluded(verdict);
  }

  async #execute(artifact: Artifact): Promise<ExecutionResult> {
    const { executions, metrics, slowness } = this.#services;
    const { kind, schedulingParent, hasSchedulingParent } = this.#candidate;
    this.#scope.progress({ type: 'execution-queued' });
    const job = {
      kind,
      paramsHash: this.#pvf.paramsHash,
      spec: this.#pvf.params,
      schedulingParent: hasSchedulingParent ? toHex(schedulingParent) : undefined,
      loadable: { key: artifact.checksum, bytes: artifact.size },
      work: { request: this.#request(artifact), artifactPath: artifact.path },
    };
    const attempt = this.#attempts + 1;
    const result = await executions.run(job, this.#scope.signal, (pid) => {
      this.#scope.logger.debug({ codeHash: this.#codeHash, workerPid: pid, attempt }, 'executing');
      this.#scope.progress({ type: 'executing', workerPid: pid, attempt });
    });
    this.#cpuTimeNs = undefined;
    if (result.type === 'answer' && 'wallTimeMs' in result.answer) {
      this.#wallTimeMs = result.answer.wallTimeMs;
      metrics.executed(this.#wallTimeMs);
      if (result.answer.type === 'answered') {
        const { duration, povSize } = result.answer.response;
        this.#cpuTimeNs = durationToNs(duration);
        metrics.answered(this.#cpuTimeNs, povSize);
        slowness.executed(this.#cpuTimeNs, this.#wallTimeMs);
      }
    }
    this.#detail = emptyDetail(this.#pvf, this.#candidate);
    if (result.type === 'answer')
      this.#detail = withAnswer(this.#detail, result.answer, this.#cpuTimeNs, artifact.stats);
    return result;
  }

  #request(artifact: Artifact): ExecuteRequest {
    const { validationData, blockData } = this.#candidate;
    return {
      pvd: validationData,
      pov: { blockData },
      executionTimeout: durationFromMs(executionTimeoutOf(this.#pvf.params, this.#candidate)),
      artifactChecksum: fromHex(artifact.checksum),
      relayParent: this.#candidate.relayParent,
      schedulingParent: this.#candidate.schedulingParent,
      descriptorVersion: this.#candidate.descriptorVersion,
    };
  }

  /**
   * Pauses before it says yes. Only the caller's deadline bounds it, and another try has the whole limit: the reference
   * also stops once the time since the call and the pause exceed the limit, and gives only what is left of it, so that
   * a fault late in a long execution is settled against the candidate there.
   */
  async #mayRetry(verdict: Verdict): Promise<boolean> {
    const afterMs = this.#retries.pauseFor(verdict);
    if (afterMs === undefined || verdict.type === 'valid' || !this.#scope.hasTimeFor(afterMs)) return false;
    this.#retries.use(verdict);
    const cause = verdict.type === 'invalid' ? verdict.rule : verdict.cause;
    const reason = verdict.message.slice(0, LOGGED_CHARS);
    this.#scope.logger.warn({ codeHash: this.#codeHash, cause, reason }, 'execution will be tried again');
    this.#scope.progress({ type: 'retrying', cause, afterMs });
    await this.#scope.pause(afterMs);
    this.#services.metrics.retried(cause);
    return true;
  }

  async #concluded(verdict: Verdict): Promise<ValidationOutcome> {
    const common = this.#common();
    const { claim } = this.#candidate;
    switch (verdict.type) {
      case 'valid': {
        const { jobResponse, duration, povSize } = verdict.response;
        const result = jobResponse.resultDescriptor;
        const resultBytes = ValidationResult.encode(result);
        const cpuTimeNs = durationToNs(duration);
        const valid = { ...common, kind: 'valid', result, resultBytes, cpuTimeNs, povSize } as const;
        if (claim === undefined) return { ...valid, vote: 'unchecked' };
        const late = findAfterExecution(this.#services.threads, claim, result);
        const finding = await orAborted(late, this.#scope.signal);
        return finding === undefined ? { ...valid, vote: 'for' } : foundOutcome(this.#common(), finding);
      }
      case 'invalid':
        logRefusal(this.#scope.logger, common, verdict.rule, verdict.message);
        return refusedOutcome(common, verdict.rule, verdict.message);
      case 'possibly-invalid': {
        const { cause, message } = verdict;
        logRefusal(this.#scope.logger, common, cause, message);
        const vote = claim === undefined ? 'unchecked' : 'against';
        return { ...common, kind: 'possibly-invalid', vote, cause, message };
      }
      case 'internal': {
        const { cause, message } = verdict;
        return { ...common, kind: 'internal', vote: 'abstain', cause, message };
      }
      default:
        return verdict satisfies never;
    }
  }

  #notPrepared(failure: ArtifactResult & { type: 'failed' }): ValidationOutcome {
    const { error } = failure;
    const deterministic = isDeterministic(error);
    if (deterministic) {
      this.#scope.logger.warn(
        { codeHash: this.#codeHash, type: error.type },
        'the PVF cannot be prepared; was it prechecked?',
      );
    }
    return notPreparedOutcome(this.#common(), failure, deterministic);
  }

  #common(): ValidationCommon {
    return {
      requestId: this.#scope.id,
      codeHash: this.#codeHash,
      candidateHash: this.#candidate.claim?.candidateHash,
      totalMs: this.#scope.elapsed(),
      attempts: this.#attempts,
      queuedMs: this.#queuedMs,
      wallTimeMs: this.#wallTimeMs,
      cpuTimeNs: this.#cpuTimeNs,
      artifact: this.#artifact,
      detail: this.#detail,
    };
  }
}
