import type { ValidationOutcome } from '@pvf/host';
import { type Distribution, distribution, histogram } from './histogram.ts';
import { nanosecondsToMs } from './units.ts';

/** What `--repeat` found. */
export interface Repeated {
  readonly runs: number;
  /** Whether every run had the same answer, to the byte. */
  readonly alike: boolean;
  /** CPU milliseconds of each run that reported them, in order. */
  readonly cpuMs: readonly number[];
  readonly cpu: Distribution | undefined;
}

export function summarize(outcomes: readonly ValidationOutcome[]): Repeated {
  const cpuMs = outcomes.flatMap(({ cpuTimeNs }) =>
    cpuTimeNs === undefined ? [] : [nanosecondsToMs(cpuTimeNs)],
  );
  return {
    runs: outcomes.length,
    alike: outcomes.every((each) => !differs(each, outcomes[0])),
    cpuMs,
    cpu: cpuMs.length === 0 ? undefined : distribution(cpuMs),
  };
}

/** Whether two runs of one candidate said different things of it. What this machine or its user stopped says nothing. */
export function differs(a: ValidationOutcome, b: ValidationOutcome | undefined): boolean {
  if (b === undefined || !isAnswer(a) || !isAnswer(b)) return false;
  return answer(a) !== answer(b);
}

function isAnswer({ kind }: ValidationOutcome): boolean {
  return (
    kind === 'valid' || kind === 'invalid' || kind === 'possibly-invalid' || kind === 'preparation-failed'
  );
}

function answer(outcome: ValidationOutcome): string {
  const detail =
    outcome.kind === 'valid'
      ? Buffer.from(outcome.resultBytes).toString('base64')
      : 'rule' in outcome
        ? outcome.rule
        : 'cause' in outcome
          ? outcome.cause
          : '';
  return `${outcome.kind} ${outcome.vote} ${detail}`;
}

export function repeatedLines({ runs, alike, cpuMs }: Repeated): string[] {
  const head = alike ? `${runs} runs, every one with this answer` : `${runs} runs, and they DIFFER`;
  return cpuMs.length === 0 ? [head] : [`${head}; CPU time:`, ...histogram(cpuMs).map((line) => `  ${line}`)];
}
