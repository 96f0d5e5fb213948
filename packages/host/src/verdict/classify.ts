import {
  type ExecutionDetail,
  type InternalValidationError,
  type JobResponse,
  POV_BOMB_LIMIT,
  type WorkerError,
  type WorkerResponse,
} from '@pvf/protocol';
import type { ExecuteAnswer } from '../execute/index.ts';
import type { ExecutionRule, InternalCause, PossiblyInvalidCause } from '../outcome.ts';
import type { TimeSpent } from '../worker/index.ts';
import { describeTimes } from './describe.ts';
import { withPanic } from './guest-words.ts';

/**
 * What one execution says about its candidate. `artifactAtFault`: the artifact must not be used again, and another
 * try needs a new one. `starved`: the rule was broken by the wall clock alone, while the machine let the job have less
 * than half of its CPU time.
 */
export type Verdict =
  | { type: 'valid'; response: WorkerResponse & { jobResponse: { type: 'Ok' } } }
  | { type: 'invalid'; rule: ExecutionRule; message: string; starved?: true }
  | { type: 'possibly-invalid'; cause: PossiblyInvalidCause; message: string; artifactAtFault: boolean }
  | { type: 'internal'; cause: InternalCause; message: string; artifactAtFault: boolean };

/**
 * Judges an answer: the one place where what workers and jobs say turns into verdicts.
 *
 * A job may be in the hands of its guest, so nothing that a job says or does becomes internal: else a malicious
 * candidate could make every validator abstain. Nothing that this machine got wrong becomes invalid.
 */
export function classify(answer: ExecuteAnswer): Verdict {
  switch (answer.type) {
    case 'answered':
      return fromJob(answer.response, answer.detail);
    case 'worker-error':
      return fromWorker(answer.error, answer.times);
    case 'wall-timeout':
      return {
        type: 'invalid',
        rule: 'wall-timeout',
        message: withTimes('no answer within four times the time limit', answer.times),
        ...(isStarved(answer.times) && { starved: true }),
      };
    case 'worker-died':
      // Most likely killed by this machine, but a job that broke out could have done it too.
      return possibly('worker-died', answer.message);
    case 'host-fault':
      return fromFault(answer.error);
    case 'artifact-missing':
      return {
        type: 'internal',
        cause: 'could-not-create-link',
        message: "the artifact's file is gone",
        artifactAtFault: true,
      };
    default:
      return answer satisfies never;
  }
}

/** @param detail goes into texts for people, and nowhere else */
function fromJob(response: WorkerResponse, detail: ExecutionDetail | undefined): Verdict {
  const said: JobResponse = response.jobResponse;
  switch (said.type) {
    case 'Ok':
      return { type: 'valid', response: { ...response, jobResponse: said } };
    case 'InvalidCandidate':
      return { type: 'invalid', rule: 'refused-by-pvf', message: withPanic(said.value, detail) };
    case 'PoVDecompressionFailure':
      return {
        type: 'invalid',
        rule: 'pov-decompression',
        message: `the PoV does not decompress within its limit of ${POV_BOMB_LIMIT} bytes`,
      };
    case 'RuntimeConstruction':
      return { ...possibly('runtime-construction', said.value), artifactAtFault: true };
    case 'CorruptedArtifact':
      return { ...possibly('corrupted-artifact', 'its checksum differs'), artifactAtFault: true };
    default:
      return said satisfies never;
  }
}

function fromWorker(error: WorkerError, times: TimeSpent | undefined): Verdict {
  switch (error.type) {
    case 'JobTimedOut': {
      const message = withTimes('the job used up its CPU time', times);
      return { type: 'invalid', rule: 'cpu-timeout', message };
    }
    case 'JobDied':
      return possibly('job-died', `${error.err} (job ${error.jobPid})`);
    case 'JobError': {
      const { value: said } = error;
      return possibly('job-error', 'value' in said ? `${said.type}: ${said.value}` : said.type);
    }
    case 'InternalError':
      return fromFault(error.value);
    default:
      return error satisfies never;
  }
}

function fromFault(error: InternalValidationError): Verdict {
  switch (error.type) {
    case 'HostCommunication':
      return internal('host-communication', error.value);
    case 'CouldNotCreateLink':
      return internal('could-not-create-link', error.value);
    case 'CouldNotOpenFile':
      return { ...internal('could-not-open-file', error.value), artifactAtFault: true };
    case 'CouldNotCreatePipe':
      return internal('could-not-create-pipe', error.value);
    case 'CouldNotClearWorkerDir':
      return internal('could-not-clear-worker-dir', error.err);
    case 'Kernel':
      return internal('kernel', error.value);
    case 'NonDeterministicPrepareError':
      return internal('non-deterministic-preparation', error.value.type);
    default:
      return error satisfies never;
  }
}

/** A job that got less than half of its CPU time within four times its limit did not run into it by itself. */
function isStarved(times: TimeSpent | undefined): boolean {
  return typeof times?.cpuTimeMs === 'number' && times.cpuTimeMs * 2 < times.cpuLimitMs;
}

function withTimes(message: string, times: TimeSpent | undefined): string {
  return times === undefined ? message : `${message}: ${describeTimes(times)}`;
}

function possibly(cause: PossiblyInvalidCause, message: string): Verdict & { type: 'possibly-invalid' } {
  return { type: 'possibly-invalid', cause, message, artifactAtFault: false };
}

function internal(cause: InternalCause, message: string): Verdict & { type: 'internal' } {
  return { type: 'internal', cause, message, artifactAtFault: false };
}
