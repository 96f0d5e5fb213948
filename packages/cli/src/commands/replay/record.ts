import { createHash } from 'node:crypto';
import type { ValidationOutcome } from '@pvf/host';
import { differences } from '../../input/differences.ts';
import type { Validation } from '../../input/validations.ts';
import { oneLine } from '../../output/outcomes.ts';
import { nanosecondsToMs } from '../../output/units.ts';

/** What a run says of a candidate, as it goes to files. */
export interface Answer {
  readonly outcome: ValidationOutcome['kind'] | 'unreadable';
  readonly vote?: ValidationOutcome['vote'];
  /** Rule or cause. */
  readonly reason?: string;
  readonly message?: string;
  readonly cpuMs?: number;
  readonly wallMs?: number;
  readonly povBytes?: number;
  /** SHA-256 of the SCALE-encoded result. */
  readonly resultSha256?: string;
  readonly headSha256?: string;
}

/** One line of the results. */
export interface Record extends Answer {
  readonly id: string;
  readonly name: string;
  /** Names PVF, limits and programs: only records of the same run can be resumed. */
  readonly run: string;
  /** What the other side of a comparison says. */
  readonly other?: Answer;
  /** From the other side, or with `--check` from the file; present only where something was compared. */
  readonly differences?: readonly string[];
}

export function answerOf(outcome: ValidationOutcome): Answer {
  const base = { outcome: outcome.kind, vote: outcome.vote, wallMs: outcome.wallTimeMs };
  const cpu = outcome.cpuTimeNs === undefined ? {} : { cpuMs: nanosecondsToMs(outcome.cpuTimeNs) };
  if (outcome.kind === 'valid') {
    const { resultBytes, result, povSize } = outcome;
    return {
      ...base,
      ...cpu,
      povBytes: povSize,
      resultSha256: sha256(resultBytes),
      headSha256: sha256(result.headData),
    };
  }
  const reason = 'rule' in outcome ? outcome.rule : 'cause' in outcome ? outcome.cause : undefined;
  return {
    ...base,
    ...cpu,
    ...(reason !== undefined && { reason }),
    ...('message' in outcome && { message: oneLine(outcome.message) }),
  };
}

/** In words, what two answers to one candidate differ in. Times and texts may always differ. */
export function compareAnswers(a: Answer, b: Answer): string[] {
  const found: string[] = [];
  const compare = (what: string, one: unknown, two: unknown) => {
    if (one !== two) found.push(`${what}: ${one ?? 'none'} here, ${two ?? 'none'} there`);
  };
  compare('outcome', a.outcome, b.outcome);
  compare('reason', a.reason, b.reason);
  if (a.outcome !== 'valid' || b.outcome !== 'valid') return found;
  compare('PoV size', a.povBytes, b.povBytes);
  compare('SHA-256 of the head data', a.headSha256, b.headSha256);
  compare('SHA-256 of the result', a.resultSha256, b.resultSha256);
  return found;
}

/** Undefined if the file expects nothing. */
export function unexpected({ expected }: Validation, outcome: ValidationOutcome): string[] | undefined {
  return expected && differences(expected, outcome);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
