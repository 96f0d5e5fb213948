import { useMemo, useState } from 'preact/hooks';
import { StackedMinutes } from '../charts/stacked-minutes.tsx';
import { minuteSeries, type ToldMinute, total } from '../model/minutes.ts';
import { OUTCOME_NAMES, outcomeWord, VOTE_NAMES, voteWord } from '../words/outcomes.ts';
import { count, minute } from '../words/units.ts';
import { AsTable, Empty, Panel } from './parts.tsx';

const CHOICES = ['outcome', 'vote'] as const;

/** Answers per minute in the last hour, by outcome or by vote. */
export function AnswersPanel({
  minutes,
  now,
}: {
  readonly minutes: readonly ToldMinute[];
  readonly now: number;
}) {
  const [by, setBy] = useState<(typeof CHOICES)[number]>('outcome');
  const word = by === 'outcome' ? outcomeWord : voteWord;
  const minuteNow = Math.floor(now / 60_000) * 60_000;
  const series = useMemo(() => minuteSeries(minutes, by, minuteNow), [minutes, by, minuteNow]);
  const names = inOrder([...series.counts.keys()], by === 'outcome' ? OUTCOME_NAMES : VOTE_NAMES);
  const seen = names.join();
  const shown = useMemo(
    () =>
      (seen === '' ? [] : seen.split(',')).map((name) => ({
        name,
        label: word(name).label,
        colour: `--${word(name).series}`,
      })),
    [seen, word],
  );
  return (
    <Panel
      title="Answers per minute"
      end={
        <fieldset class="choices">
          <legend class="visually-hidden">Count the answers</legend>
          {CHOICES.map((choice) => (
            <label key={choice}>
              <input type="radio" name="answers-by" checked={by === choice} onChange={() => setBy(choice)} />{' '}
              by {choice}
            </label>
          ))}
        </fieldset>
      }
    >
      {shown.length === 0 ? (
        <Empty>No answers in the last hour. They appear here as soon as the first request is answered.</Empty>
      ) : (
        <>
          <StackedMinutes
            series={series}
            shown={shown}
            label={`Bar chart of the answers of the last hour by ${by}. The table below has the numbers.`}
          />
          <ul class="legend" aria-label={`In the last hour, by ${by}`}>
            {shown.map(({ name, label }) => (
              <li key={name}>
                <span class={`swatch ${word(name).series}`} aria-hidden="true" />
                {label}: <strong>{count(total(series.counts.get(name)))}</strong>
              </li>
            ))}
          </ul>
          <AsTable
            summary="Answers per minute as a table"
            head={['Minute', ...shown.map(({ label }) => label)]}
            rows={series.minutes
              .map((at, i) => [
                minute(at),
                ...shown.map(({ name }) => count(series.counts.get(name)?.[i] ?? 0)),
              ])
              .filter(([, ...values]) => values.some((value) => value !== '0'))
              .reverse()}
          />
        </>
      )}
    </Panel>
  );
}

/** Known names in their order, then those that this page does not know. */
function inOrder(names: readonly string[], order: readonly string[]): string[] {
  return [...order.filter((name) => names.includes(name)), ...names.filter((name) => !order.includes(name))];
}
