import { useId, useState } from 'preact/hooks';
import { type Answer, type Filter, filtered } from '../model/answers.ts';
import {
  kindWord,
  OUTCOME_NAMES,
  outcomeWord,
  reasonSentence,
  VOTE_NAMES,
  voteWord,
} from '../words/outcomes.ts';
import { oneLine } from '../words/printable.ts';
import { clock, count, duration } from '../words/units.ts';
import { AnswerDetail } from './answer-detail.tsx';
import { Badge, Empty, Panel } from './parts.tsx';

const PAGE = 20;
const REQUESTS = ['dispute', 'approval', 'backing-system', 'backing', 'precheck'];

/** The last outcomes, a page at a time: however many there were, the page holds and draws only so much. */
export function OutcomesPanel({
  answers,
  keeps,
}: {
  readonly answers: readonly Answer[];
  readonly keeps: number;
}) {
  const [filter, setFilter] = useState<Filter>({});
  const [page, setPage] = useState(0);
  const [held, setHeld] = useState<readonly Answer[]>();
  const [open, setOpen] = useState<string>();
  const all = filtered(held ?? answers, filter);
  const last = Math.max(0, Math.ceil(all.length / PAGE) - 1);
  const at = Math.min(page, last);
  const choose = (more: Filter): void => {
    setFilter({ ...filter, ...more });
    setPage(0);
  };
  // Reading on would be a chase if lines moved away under the reader's eyes.
  const hold = (): void => setHeld(held ?? answers);
  const show = (next: number): void => {
    if (next > 0) hold();
    setPage(next);
  };
  return (
    <Panel
      title="Last outcomes"
      end={
        <button
          type="button"
          aria-pressed={held !== undefined}
          onClick={() => setHeld(held === undefined ? answers : undefined)}
        >
          {held === undefined ? 'Pause the list' : 'Paused: go on'}
        </button>
      }
      note={`The newest ${count(keeps)} at most. Open one for its reason, the panic text and the backtrace.`}
    >
      <div class="filters">
        <Choice
          name="Vote"
          values={VOTE_NAMES}
          word={(name) => voteWord(name).label}
          value={filter.vote}
          choose={(vote) => choose({ vote })}
        />
        <Choice
          name="Outcome"
          values={OUTCOME_NAMES}
          word={(name) => outcomeWord(name).label}
          value={filter.outcome}
          choose={(outcome) => choose({ outcome })}
        />
        <Choice
          name="Asked for"
          values={REQUESTS}
          word={kindWord}
          value={filter.request}
          choose={(request) => choose({ request })}
        />
      </div>
      {all.length === 0 ? (
        <Empty>
          {answers.length === 0
            ? 'No outcomes yet.'
            : 'None of the outcomes that are kept here fits the filter.'}
        </Empty>
      ) : (
        <ul class="outcomes">
          {all.slice(at * PAGE, (at + 1) * PAGE).map((answer) => (
            <Row
              key={answer.id}
              answer={answer}
              open={open === answer.id}
              toggle={() => {
                if (open !== answer.id) hold();
                setOpen(open === answer.id ? undefined : answer.id);
              }}
            />
          ))}
        </ul>
      )}
      <nav class="pager" aria-label="Pages of outcomes">
        <button type="button" disabled={at === 0} onClick={() => show(at - 1)}>
          Newer
        </button>
        <span>
          Page {count(at + 1)} of {count(last + 1)}
        </span>
        <button type="button" disabled={at >= last} onClick={() => show(at + 1)}>
          Older
        </button>
      </nav>
    </Panel>
  );
}

function Choice({
  name,
  values,
  word,
  value,
  choose,
}: {
  readonly name: string;
  readonly values: readonly string[];
  readonly word: (value: string) => string;
  readonly value: string | undefined;
  readonly choose: (value: string | undefined) => void;
}) {
  return (
    <label>
      <span class="soft">{name}</span>
      <select value={value ?? ''} onChange={({ currentTarget }) => choose(currentTarget.value || undefined)}>
        <option value="">all</option>
        {values.map((each) => (
          <option key={each} value={each}>
            {word(each)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Row({
  answer,
  open,
  toggle,
}: {
  readonly answer: Answer;
  readonly open: boolean;
  readonly toggle: () => void;
}) {
  const id = useId();
  const outcome = outcomeWord(answer.outcome);
  const vote = voteWord(answer.vote);
  return (
    <li>
      <button type="button" class="outcome-row" aria-expanded={open} aria-controls={id} onClick={toggle}>
        <time class="outcome-time" dateTime={new Date(answer.at).toISOString()}>
          {clock(answer.at)}
        </time>
        <span class="outcome-kind">
          <Badge tone={outcome.tone}>{outcome.label}</Badge>
        </span>
        <span class="outcome-vote">{vote.label}</span>
        <span class="outcome-why guest-inline">{summary(answer)}</span>
        <span class="number outcome-took">{duration(answer.totalMs)}</span>
        <span class="chevron" aria-hidden="true">
          ›
        </span>
      </button>
      <div id={id} hidden={!open}>
        {open ? <AnswerDetail answer={answer} /> : null}
      </div>
    </li>
  );
}

function summary({ request, reason, detail, message }: Answer): string {
  const why = detail.panic ?? reasonSentence(reason) ?? message ?? reason;
  return why === undefined ? kindWord(request) : `${kindWord(request)}: ${oneLine(why, 160)}`;
}
