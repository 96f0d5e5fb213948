import { type Machine, type Result, sha256 } from './results.ts';

/** CPU times differ on any machine: only beyond both is one told of. */
const CPU_FACTOR = 3;
const CPU_LEAST_MS = 100;
/** Over all candidates that two agents have in common, so much more CPU time is a slow machine. */
const SLOW_FACTOR = 1.5;
const SLOW_LEAST_SHARED = 20;

/** What of an answer two agents must agree on, and what it took. */
export interface Side {
  readonly agent: string;
  readonly machine: Machine;
  readonly outcome: string;
  readonly resultSha256: string | undefined;
  readonly cpuMs: number | undefined;
}

/** A candidate on which agents differ, with what each of them said. */
export interface Disagreement {
  readonly index: number;
  /** `outcome`: kind, rule or cause, vote. `result`: bytes, or size of the PoV. `cpu-time`: beyond the margin. */
  readonly about: readonly ('outcome' | 'result' | 'cpu-time')[];
  readonly sides: readonly Side[];
}

/** An agent that takes much more CPU time than others for the same candidates. */
export interface SlowAgent {
  readonly agent: string;
  readonly machine: Machine;
  /** Its CPU time over that of the others. */
  readonly factor: number;
  readonly candidates: number;
}

export function sideOf({ agent, machine, answer }: Result): Side {
  const base = { agent, machine, resultSha256: undefined, cpuMs: undefined };
  if (answer.task === 'none') return { ...base, outcome: `none (${answer.reason})` };
  const { outcome } = answer;
  const reason = 'rule' in outcome ? outcome.rule : 'cause' in outcome ? outcome.cause : undefined;
  const error = 'error' in outcome ? outcome.error.type : undefined;
  const words = [outcome.kind, outcome.vote, reason, error].filter((word) => word !== undefined).join(' ');
  const cpuTimeNs = answer.task === 'validate' ? answer.outcome.cpuTimeNs : undefined;
  return {
    ...base,
    outcome: words,
    ...(outcome.kind === 'valid' && {
      resultSha256: `${sha256(outcome.resultBytes)} (PoV of ${outcome.povSize} bytes)`,
    }),
    ...(cpuTimeNs !== undefined && { cpuMs: Number(cpuTimeNs) / 1e6 }),
  };
}

/** Undefined if all agree. */
export function disagreementOf(index: number, results: readonly Result[]): Disagreement | undefined {
  const sides = results.map(sideOf);
  const differ = (what: 'outcome' | 'resultSha256') => new Set(sides.map((side) => side[what])).size > 1;
  const times = sides.flatMap(({ cpuMs }) => (cpuMs === undefined ? [] : [cpuMs]));
  const [least, most] = [Math.min(...times), Math.max(...times)];
  const slow = times.length > 1 && most > CPU_FACTOR * least && most - least > CPU_LEAST_MS;
  const about = [
    ...(differ('outcome') ? (['outcome'] as const) : []),
    ...(!differ('outcome') && differ('resultSha256') ? (['result'] as const) : []),
    ...(slow ? (['cpu-time'] as const) : []),
  ];
  return about.length === 0 ? undefined : { index, about, sides };
}

/** Adds up what agents took for the candidates that they have in common with others. */
export class CpuTimes {
  readonly #sums = new Map<string, { machine: Machine; own: number; others: number; candidates: number }>();

  add(results: readonly Result[]): void {
    const sides = results.map(sideOf).filter(({ cpuMs }) => cpuMs !== undefined);
    if (sides.length < 2) return;
    for (const { agent, machine, cpuMs = 0 } of sides) {
      const rest = sides.filter((side) => side.agent !== agent);
      if (rest.length === 0) continue;
      const sum = this.#sums.get(agent) ?? { machine, own: 0, others: 0, candidates: 0 };
      sum.own += cpuMs;
      sum.others += rest.reduce((total, side) => total + (side.cpuMs ?? 0), 0) / rest.length;
      sum.candidates += 1;
      this.#sums.set(agent, sum);
    }
  }

  slow(): SlowAgent[] {
    return [...this.#sums].flatMap(([agent, { machine, own, others, candidates }]) => {
      const factor = own / others;
      return candidates >= SLOW_LEAST_SHARED && factor > SLOW_FACTOR
        ? [{ agent, machine, factor, candidates }]
        : [];
    });
  }
}
