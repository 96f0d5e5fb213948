import { useMemo } from 'preact/hooks';
import type { Statistics, Status, ToldHistogram } from '../api/types.ts';
import type { Limit } from '../charts/histogram-bars.tsx';
import { fromCumulative, type Histogram } from '../model/histogram.ts';
import { minuteSeries, rates, total } from '../model/minutes.ts';
import { KEPT_ANSWERS, type Snapshot } from '../model/store.ts';
import { bound, count, duration, percent, plural } from '../words/units.ts';
import { AnswersPanel } from './answers-panel.tsx';
import { ClusterPanel } from './cluster-panel.tsx';
import { HistogramFigure } from './histogram-panel.tsx';
import { OutcomesPanel } from './outcomes-panel.tsx';
import { Empty, Panel } from './parts.tsx';
import { SecurityPanel } from './security-panel.tsx';
import { CachePanel, QueuesPanel, WorkersPanel } from './state-panels.tsx';

const EXECUTION_CPU = 'pvf_execution_cpu_seconds';
const PREPARATION_CPU = 'pvf_preparation_cpu_seconds';

/** What is limited is CPU time; on the wall clock the host gives up at this many times the limit. */
const WALL_FACTOR = 4;

const FIGURES = [
  {
    name: 'polkadot_pvf_execution_time',
    limitsOf: EXECUTION_CPU,
    factor: WALL_FACTOR,
    title: 'Execution, latency',
    what: 'execution',
  },
  {
    name: EXECUTION_CPU,
    limitsOf: EXECUTION_CPU,
    factor: 1,
    title: 'Execution, CPU time',
    what: 'execution',
  },
  {
    name: 'polkadot_pvf_preparation_time',
    limitsOf: PREPARATION_CPU,
    factor: WALL_FACTOR,
    title: 'Preparation, latency',
    what: 'preparation',
  },
  {
    name: PREPARATION_CPU,
    limitsOf: PREPARATION_CPU,
    factor: 1,
    title: 'Preparation, CPU time',
    what: 'preparation',
  },
] as const;

/** Everything that goes on in the host. */
export function Overview({ snapshot }: { readonly snapshot: Snapshot }) {
  const { status, statistics, artifacts, answers, ended, trouble, cluster, clusterTrouble } = snapshot;
  if (status === undefined) {
    return (
      <Panel title="Overview">
        <Empty>
          {trouble === undefined
            ? 'Reading the state of the host …'
            : `The state of the host cannot be read yet. ${trouble}`}
        </Empty>
      </Panel>
    );
  }
  return (
    <div class="stack">
      <Tiles status={status} statistics={statistics} />
      <AnswersPanel minutes={statistics?.minutes ?? []} now={Date.parse(status.now)} />
      <div class="grid stretch">
        <QueuesPanel status={status} />
        <WorkersPanel status={status} ended={ended} />
        <CachePanel status={status} artifacts={artifacts} />
      </div>
      {status.cluster ? <ClusterPanel cluster={cluster} trouble={clusterTrouble} /> : null}
      <HistogramsPanel statistics={statistics} />
      <SecurityPanel security={status.security} />
      <OutcomesPanel answers={answers} keeps={KEPT_ANSWERS} />
    </div>
  );
}

function Tiles({
  status,
  statistics,
}: {
  readonly status: Status;
  readonly statistics: Statistics | undefined;
}) {
  const series = useMemo(
    () => minuteSeries(statistics?.minutes ?? [], 'vote', Date.parse(status.now)),
    [statistics, status.now],
  );
  const { lastMinute, hour } = rates(series);
  const abstained = total(series.counts.get('abstain'));
  const { hits, misses } = status.artifacts;
  const waiting = Object.values(status.execute.queued).reduce(
    (sum, more) => sum + more,
    status.prepare.queued,
  );
  const tiles: [string, string, string][] = [
    ['Answers, last minute', count(lastMinute), `${count(hour)} in the last hour`],
    [
      'Votes against, last hour',
      count(total(series.counts.get('against'))),
      `${count(total(series.counts.get('for')))} for`,
    ],
    [
      'Abstained, last hour',
      count(abstained),
      abstained === 0 ? 'no fault of this machine' : 'see the outcomes for why',
    ],
    ['Requests in work', count(status.requests.running), `${count(status.requests.total)} since the start`],
    ['Jobs waiting', count(waiting), `${count(status.execute.running + status.prepare.running)} running`],
    [
      'Cache hit rate',
      hits + misses === 0 ? '–' : percent(hits / (hits + misses)),
      `${count(status.artifacts.prepared)} PVFs prepared`,
    ],
    [
      'Running for',
      duration(Date.parse(status.now) - Date.parse(status.startedAt)),
      plural(status.streams, 'event stream'),
    ],
  ];
  return (
    <dl class="tiles" aria-label="At a glance">
      {tiles.map(([name, value, note]) => (
        <div key={name} class="tile">
          <dt>{name}</dt>
          <dd>
            {value}
            <div class="tile-note">{note}</div>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function HistogramsPanel({ statistics }: { readonly statistics: Statistics | undefined }) {
  return (
    <Panel
      title="Times against their limits"
      note="Since the service was started. Dashed lines are the network’s usual limits of CPU time, and four times as much on the wall clock; a chain’s executor params may set others."
    >
      {statistics === undefined ? (
        <Empty>Reading the measurements …</Empty>
      ) : (
        <div class="grid">
          {FIGURES.map(({ name, limitsOf, factor, title, what }) => (
            <div key={name} class="half">
              <OneHistogram
                told={find(statistics, name)}
                limited={find(statistics, limitsOf)?.limits ?? []}
                factor={factor}
                title={title}
                what={what}
              />
            </div>
          ))}
        </div>
      )}
    </Panel>
  );
}

const NONE: Histogram = { bounds: [], counts: [], total: 0, sum: 0 };

function OneHistogram({
  told,
  limited,
  factor,
  title,
  what,
}: {
  readonly told: ToldHistogram | undefined;
  readonly limited: ToldHistogram['limits'];
  readonly factor: number;
  readonly title: string;
  readonly what: string;
}) {
  const histogram = useMemo(
    () => (told === undefined ? NONE : fromCumulative(told.buckets, told.sum, told.count)),
    [told],
  );
  const largest = told?.buckets.at(-1)?.le ?? 0;
  const names = JSON.stringify([limited, factor, largest]);
  const limits = useMemo<Limit[]>(
    () =>
      limited
        .map(({ name, value }) => ({ name, seconds: value * factor }))
        // beyond the largest bucket nobody can tell
        .filter(({ seconds }) => seconds <= largest)
        .map(({ name, seconds }) => ({
          seconds,
          short: bound(seconds),
          label: `${bound(seconds)} (${name})`,
        })),
    // the same limits come anew with each reading
    [names],
  );
  return <HistogramFigure title={title} what={what} histogram={histogram} limits={limits} />;
}

function find(statistics: Statistics, name: string): ToldHistogram | undefined {
  return statistics.histograms.find((each) => each.name === name);
}
