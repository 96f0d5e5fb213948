import {
  type ExecutorParams,
  execTimeoutMs,
  executorSemantics,
  povEncodedSize,
  precheckingMaxMemory,
  prepTimeoutMs,
} from '@pvf/protocol';
import type { ArtifactResult } from '../artifacts/index.ts';
import type { ExecutionDetail, ExecutionLimits, PreparationDetail } from '../detail.ts';
import type { ExecuteAnswer } from '../execute/index.ts';
import { isBacking } from '../kinds.ts';
import type { PreparationStats } from '../outcome.ts';
import { readGuest } from '../verdict/index.ts';
import { WALL_CLOCK_FACTOR } from '../worker/index.ts';
import type { CheckedCandidate, CheckedPvf } from './check.ts';

const NS_PER_MS = 1e6;
const WASM_PAGE_BYTES = 65_536;

/** Limit on the CPU time of a candidate's job, milliseconds. */
export function executionTimeoutOf(
  params: ExecutorParams,
  { kind, executionTimeoutMs }: Pick<CheckedCandidate, 'kind' | 'executionTimeoutMs'>,
): number {
  const byKind = isBacking(kind) ? 'Backing' : 'Approval';
  return executionTimeoutMs ?? execTimeoutMs(params, byKind);
}

export function executionLimits(pvf: CheckedPvf, candidate: CheckedCandidate): ExecutionLimits {
  const cpuTimeMs = executionTimeoutOf(pvf.params, candidate);
  return {
    cpuTimeMs,
    wallTimeMs: WALL_CLOCK_FACTOR * cpuTimeMs,
    memoryBytes: executorSemantics(pvf.params).maximumPages * WASM_PAGE_BYTES,
    povBytes: candidate.validationData.maxPovSize,
    codeBytes: pvf.bombLimit,
  };
}

/** What is known of a request whose execution was not begun, or has not answered. */
export function emptyDetail(pvf: CheckedPvf, candidate: CheckedCandidate): ExecutionDetail {
  return {
    panic: undefined,
    logs: [],
    logsLeftOut: 0,
    backtrace: [],
    used: {
      cpuTimeMs: undefined,
      wallTimeMs: undefined,
      memoryBytes: undefined,
      residentBytes: undefined,
      povBytes: povEncodedSize({ blockData: candidate.blockData }),
      codeBytes: undefined,
    },
    limits: executionLimits(pvf, candidate),
  };
}

/**
 * Adds what an execution's answer tells.
 *
 * @param cpuTimeNs that the worker has reported in its answer
 * @param stats of the artifact's preparation, if this host has made it
 */
export function withAnswer(
  before: ExecutionDetail,
  answer: ExecuteAnswer,
  cpuTimeNs: bigint | undefined,
  stats: PreparationStats | undefined,
): ExecutionDetail {
  const told = 'detail' in answer ? answer.detail : undefined;
  const cpu = told?.cpuTimeNs ?? cpuTimeNs;
  const job = told?.job;
  return {
    ...before,
    ...readGuest(told),
    used: {
      ...before.used,
      cpuTimeMs: cpu === undefined ? undefined : Number(cpu) / NS_PER_MS,
      wallTimeMs: 'wallTimeMs' in answer ? answer.wallTimeMs : undefined,
      memoryBytes: job === undefined ? undefined : job.memoryPages * WASM_PAGE_BYTES,
      residentBytes: told === undefined ? undefined : Number(told.maxRssBytes),
      codeBytes: stats?.codeLength ?? (job?.codeBytes || undefined),
    },
  };
}

/** @param result undefined while there is none */
export function preparationDetail(pvf: CheckedPvf, result: ArtifactResult | undefined): PreparationDetail {
  const stats = result?.type === 'ready' ? result.artifact.stats : undefined;
  const times = result?.type === 'failed' ? result.times : undefined;
  const memory = precheckingMaxMemory(pvf.params);
  const cpuTimeMs = prepTimeoutMs(pvf.params, 'Precheck');
  return {
    used: {
      cpuTimeMs:
        stats === undefined
          ? typeof times?.cpuTimeMs === 'number'
            ? times.cpuTimeMs
            : undefined
          : Number(stats.cpuTimeNs) / NS_PER_MS,
      wallTimeMs: stats?.wallTimeMs ?? times?.wallTimeMs,
      memoryBytes: stats?.maxRssBytes,
      codeBytes: stats?.codeLength,
    },
    limits: {
      cpuTimeMs,
      wallTimeMs: WALL_CLOCK_FACTOR * cpuTimeMs,
      memoryBytes: memory === undefined ? undefined : Number(memory),
      codeBytes: pvf.bombLimit,
    },
  };
}
