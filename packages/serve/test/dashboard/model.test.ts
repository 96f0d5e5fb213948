import { describe, expect, test } from 'vitest';
import { answerOf, filtered, frameText } from '../../dashboard/src/model/answers.ts';
import { above, fromCumulative, quantileBound, trimmed } from '../../dashboard/src/model/histogram.ts';
import { minuteSeries, rates, total } from '../../dashboard/src/model/minutes.ts';
import { Recent } from '../../dashboard/src/model/recent.ts';
import { KEPT_ANSWERS, Store } from '../../dashboard/src/model/store.ts';

const MINUTE = 60_000;
const AT_NOON = Date.parse('2026-01-01T12:00:30Z');
const at = (minutesAgo: number) => new Date(AT_NOON - minutesAgo * MINUTE).toISOString();
const entry = (outcome: string, vote: string, n: number) => ({
  request: 'approval',
  outcome,
  vote,
  count: n,
});

describe('answers by the minute', () => {
  const told = [
    { at: at(61), counts: [entry('valid', 'for', 100)] },
    { at: at(59), counts: [entry('valid', 'for', 1)] },
    {
      at: at(1),
      counts: [entry('valid', 'for', 4), entry('valid', 'unchecked', 2), entry('invalid', 'against', 1)],
    },
    { at: at(0), counts: [entry('internal', 'abstain', 3)] },
    { at: 'no time', counts: [entry('valid', 'for', 1_000)] },
  ];

  test('each minute of the last hour has a place, an empty one too, and what is older has none', () => {
    const { minutes, counts } = minuteSeries(told, 'outcome', AT_NOON);
    expect(minutes).toHaveLength(60);
    expect(minutes.at(-1)).toBe(Date.parse('2026-01-01T12:00:00Z'));
    expect(counts.get('valid')?.filter((n) => n > 0)).toEqual([1, 6]);
    expect(counts.get('valid')?.at(0)).toBe(1);
    expect(counts.get('internal')?.at(-1)).toBe(3);
    expect([...counts.values()].every((series) => series.length === 60)).toBe(true);
  });

  test('votes are counted apart from outcomes', () => {
    const series = minuteSeries(told, 'vote', AT_NOON);
    expect(total(series.counts.get('for'))).toBe(5);
    expect(total(series.counts.get('unchecked'))).toBe(2);
    expect(total(series.counts.get('none'))).toBe(0);
    expect(rates(series)).toEqual({ lastMinute: 7, hour: 11 });
  });
});

describe('histograms', () => {
  const histogram = fromCumulative(
    [
      { le: 0.1, count: 0 },
      { le: 0.5, count: 40 },
      { le: 1, count: 90 },
      { le: 2, count: 98 },
      { le: 12, count: 99 },
    ],
    60,
    100,
  );

  test('cumulative buckets become bars, with what is beyond the last bound', () => {
    expect(histogram.counts).toEqual([0, 40, 50, 8, 1, 1]);
    expect(histogram.bounds.at(-1)).toBe(Number.POSITIVE_INFINITY);
  });

  test('quantiles and what is above a limit', () => {
    expect(quantileBound(histogram, 0.5)).toBe(1);
    expect(quantileBound(histogram, 0.95)).toBe(2);
    expect(quantileBound(histogram, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(quantileBound(fromCumulative([], 0, 0), 0.5)).toBeUndefined();
    expect(above(histogram, 2)).toBe(2);
    expect(above(histogram, 12)).toBe(1);
  });

  test('empty ends are left out, but not the room up to the limits', () => {
    const few = fromCumulative(
      [0.01, 0.1, 0.5, 1, 2, 12, 24, 48].map((le) => ({ le, count: le >= 0.5 ? 3 : 0 })),
      1,
      3,
    );
    expect(trimmed(few, [2]).bounds).toEqual([0.1, 0.5, 1, 2, 12]);
    expect(trimmed(few, []).bounds).toEqual([0.1, 0.5, 1]);
    expect(trimmed(fromCumulative([], 0, 0), [2])).toEqual({ bounds: [], counts: [] });
  });
});

describe('outcomes', () => {
  const told = {
    kind: 'invalid',
    vote: 'against',
    rule: 'refused-by-pvf',
    requestId: 'r',
    codeHash: '',
    totalMs: 1,
  };

  test('of a guest that never stops talking only so much is kept', () => {
    const long = 'x'.repeat(1_000_000);
    const answer = answerOf('1', 0, 'approval', {
      ...told,
      message: long,
      detail: {
        panic: long,
        logs: Array.from({ length: 96 }, () => ({ level: 'error', target: long, message: long })),
        logsLeftOut: 5,
        backtrace: Array.from({ length: 1_000 }, () => ({ type: 'function', index: 1, name: long })),
      },
    });
    expect(JSON.stringify(answer).length).toBeLessThan(70_000);
    expect(answer.detail.logsLeftOut).toBe(5 + 96 - answer.detail.logs.length);
    expect(answer.reason).toBe('refused-by-pvf');
  });

  test('a filter takes those that fit all of it', () => {
    const answers = ['for', 'against', 'for'].map((vote, i) =>
      answerOf(String(i), 0, i === 0 ? 'backing' : 'approval', { ...told, vote }),
    );
    expect(filtered(answers, {})).toBe(answers);
    expect(filtered(answers, { vote: 'for' }).map(({ id }) => id)).toEqual(['0', '2']);
    expect(filtered(answers, { vote: 'for', request: 'approval' }).map(({ id }) => id)).toEqual(['2']);
  });

  test('calls are told by their name without the compiler’s hash', () => {
    expect(frameText({ type: 'function', index: 1, name: 'a::b::h0123456789abcdef' })).toBe('a::b');
    expect(frameText({ type: 'function', index: 7 })).toBe('<wasm function 7>');
    expect(frameText({ type: 'host-function', name: 'ext_x' })).toBe('ext_x (of the host)');
  });

  test('the newest are kept, the oldest make room, and one that comes again changes nothing', () => {
    const recent = new Recent<{ id: string }>(3);
    for (const id of ['1', '2', '3', '4']) expect(recent.add({ id })).toBe(true);
    const { list } = recent;
    expect(recent.add({ id: '4' })).toBe(false);
    expect(recent.list).toBe(list);
    expect(list.map(({ id }) => id)).toEqual(['4', '3', '2']);
  });
});

describe('the store', () => {
  const outcome = (id: number) => ({
    event: 'outcome',
    id: String(id),
    data: JSON.stringify({
      id: String(id),
      at: '2026-01-01T00:00:00Z',
      request: 'approval',
      outcome: { kind: 'valid', vote: 'for', requestId: 'r', codeHash: '', totalMs: 1 },
    }),
  });

  test('ten thousand events are kept as the last few hundred and told once', () => {
    const scheduled: (() => void)[] = [];
    const store = new Store((call) => scheduled.push(call));
    let told = 0;
    store.subscribe(() => {
      told += 1;
    });
    for (let i = 0; i < 10_000; i++) store.event(outcome(i));
    expect(scheduled).toHaveLength(1);
    scheduled[0]?.();
    expect(told).toBe(1);
    expect(store.snapshot.answers).toHaveLength(KEPT_ANSWERS);
    expect(store.snapshot.answers[0]?.id).toBe('9999');
  });

  test('what is no event of this page changes nothing', () => {
    const scheduled: (() => void)[] = [];
    const store = new Store((call) => scheduled.push(call));
    for (const data of ['', '{', 'null', '7', '[]']) store.event({ event: 'of-tomorrow', id: '1', data });
    store.event({ event: 'outcome', id: '1', data: 'no json' });
    expect(scheduled).toEqual([]);
  });

  test('a gap, workers that end and a slow machine’s remedy are told', () => {
    const scheduled: (() => void)[] = [];
    const store = new Store((call) => scheduled.push(call));
    const tell = (event: string, data: object) => store.event({ event, data: JSON.stringify(data) });
    tell('gap', { reason: 'restarted' });
    tell('worker-ended', {
      at: '2026-01-01T00:00:00Z',
      worker: 'execute',
      pid: 7,
      reason: 'idle',
      message: '',
      jobs: 3,
    });
    tell('slow-machine', {
      at: '2026-01-01T00:00:00Z',
      slow: true,
      sign: 'cpu-share',
      remedy: 'free the machine',
    });
    scheduled[0]?.();
    expect(store.snapshot.gap).toMatchObject({ reason: 'restarted' });
    expect(store.snapshot.ended).toMatchObject([{ pid: 7, reason: 'idle', jobs: 3 }]);
    expect(store.snapshot.remedies.get('cpu-share')).toBe('free the machine');
  });
});
