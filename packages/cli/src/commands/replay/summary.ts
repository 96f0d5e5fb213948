import { table } from '../../output/table.ts';
import { milliseconds } from '../../output/units.ts';
import type { Context } from '../context.ts';
import type { Record } from './record.ts';

const SLOWEST_SHOWN = 10;
const DIFFERENCES_WORD = 'DIFFERS';

export interface Summary {
  readonly total: number;
  /** Of them, done by earlier calls. */
  readonly resumed: number;
  /** Outcome, with its reason where there is one, and how many had it. */
  readonly byOutcome: Readonly<{ [outcome: string]: number }>;
  readonly slowest: readonly { readonly id: string; readonly name: string; readonly cpuMs: number }[];
  /** Every candidate that a comparison found to differ. */
  readonly different: readonly {
    readonly id: string;
    readonly name: string;
    readonly differences: readonly string[];
  }[];
}

export function summaryOf(records: readonly Record[], resumed: number): Summary {
  const byOutcome: { [outcome: string]: number } = {};
  for (const { outcome, reason } of records) {
    const key = reason === undefined ? outcome : `${outcome} (${reason})`;
    byOutcome[key] = (byOutcome[key] ?? 0) + 1;
  }
  const slowest = records
    .flatMap(({ id, name, cpuMs }) => (cpuMs === undefined ? [] : [{ id, name, cpuMs }]))
    .sort((a, b) => b.cpuMs - a.cpuMs)
    .slice(0, SLOWEST_SHOWN);
  const different = records.flatMap(({ id, name, differences = [] }) =>
    differences.length === 0 ? [] : [{ id, name, differences }],
  );
  return { total: records.length, resumed, byOutcome, slowest, different };
}

export async function summaryText({ io }: Context, summary: Summary, compared: boolean): Promise<string> {
  const { total, resumed, byOutcome, slowest, different } = summary;
  const rows = Object.entries(byOutcome)
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, count]) => [outcome, String(count)]);
  const lines = [
    `${total} candidates${resumed > 0 ? `, ${resumed} of them done before` : ''}`,
    '',
    await table(io.stdout, ['outcome', 'candidates'], rows, new Set([1])),
  ];
  if (slowest.length > 0) {
    const rows = slowest.map(({ id, name, cpuMs }) => [
      id === name ? id : `${id}  ${name}`,
      milliseconds(cpuMs),
    ]);
    lines.push('', await table(io.stdout, ['slowest', 'CPU'], rows, new Set([1])));
  }
  if (compared) {
    lines.push(
      '',
      different.length === 0 ? 'compared: no difference' : `compared: ${different.length} candidates differ`,
    );
    for (const { id, differences } of different)
      lines.push(`${DIFFERENCES_WORD} ${id}: ${differences.join('; ')}`);
  }
  return lines.join('\n');
}
