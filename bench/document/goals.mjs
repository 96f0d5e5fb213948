// What was aimed at beside what was measured: one table over the results of several programs.
import { medianOf } from '../support/statistics.mjs';
import { figure, table } from './words.mjs';

const OURS = 'workers, this checkout';
const THEIRS = 'workers, reference';
const OUR_HOST = 'host, this checkout';
const THEIR_HOST = "host, the reference's own";

const median = (rows, side, of) => of(rows.find((row) => row.side === side) ?? {})?.median;
const ratio = (rows, ours, theirs, of) => median(rows, ours, of) / median(rows, theirs, of);
const wall = ({ wallMs }) => wallMs;

/** What is aimed at, at most or at least so much, and how it follows from the results of a program. */
const GOALS = [
  {
    what: 'small candidates of many PVFs, candidates per second: our host ÷ the reference’s',
    least: 4,
    from: 'mixed',
    of: (mixed) => rateRatio(mixed, OUR_HOST, THEIR_HOST),
  },
  {
    what: 'the same, workers alone',
    least: 2,
    from: 'mixed',
    of: (mixed) => rateRatio(mixed, OURS, THEIRS),
  },
  {
    what: 'candidate of the example PVF, worker alone, wall time: ours ÷ the reference’s',
    most: 0.5,
    from: 'overhead',
    of: (overhead) => ratio(overhead.results.rows, OURS, THEIRS, wall),
  },
  {
    what: 'the same through `PvfHost`: above the worker, ms',
    most: 0.4,
    from: 'host',
    of: (host) =>
      host.results.above.find(({ pvf, host: one }) => pvf === 'adder' && one.side === OUR_HOST)?.aboveMs,
  },
  {
    what: 'small blocks of real runtimes, one PVF in a row, worker alone, wall time, median of the runtimes: ours ÷ the reference’s',
    most: 0.12,
    from: 'host',
    of: ({ results: { above } }) => {
      const real = above.filter(({ pvf }) => pvf !== 'adder');
      const times = (side) =>
        real.filter(({ worker }) => worker.side === side).map(({ worker }) => worker.wallMs.median);
      const [ours, theirs] = [times(OURS), times(THEIRS)];
      return theirs.length === 0 ? undefined : medianOf(ours.map((ms, i) => ms / theirs[i]));
    },
  },
  {
    what: 'valid blocks, CPU time, median of the runtimes: ours ÷ the reference’s',
    most: 0.25,
    from: 'execute',
    of: (execute) => summaryOf(execute)?.cpu,
  },
  {
    what: '400 transfers, CPU time: ours ÷ the reference’s',
    most: 0.5,
    from: 'execute',
    of: (execute) => summaryOf(execute)?.kinds.find(({ kind }) => kind === '400 transfers')?.cpu,
  },
  {
    what: 'a PoV of 10 MiB, refused at once by a real runtime, worker alone, wall time: ours ÷ the reference’s',
    most: 0.3,
    from: 'pov',
    of: ({ results: { refused } }) => refusalRatio(refused.find(({ pvf }) => pvf !== 'trap')),
  },
  {
    what: 'the same by a PVF that does nothing but trap',
    most: 0.3,
    from: 'pov',
    of: ({ results: { refused } }) => refusalRatio(refused.find(({ pvf }) => pvf === 'trap')),
  },
  {
    what: 'the event loop’s delay with 8 PoVs of 10 MB at once, 99th percentile, ms',
    most: 1,
    from: 'pov',
    of: (pov) => pov.results.eventLoop.busy.delay.p99,
  },
  {
    what: 'preparation, CPU time, all runtimes: ours ÷ the reference’s',
    most: 0.4,
    from: 'prepare',
    of: (prepare) => prepareRatio(prepare)?.cpu,
  },
  {
    what: 'preparation, wall time',
    most: 0.4,
    from: 'prepare',
    of: (prepare) => prepareRatio(prepare)?.wall,
  },
  {
    what: 'size of the artifacts',
    most: 0.7,
    from: 'prepare',
    of: (prepare) => prepareRatio(prepare)?.artifact,
  },
  {
    what: '`PvfHost.start` to the first answer from a cached artifact: ours ÷ the checkout that it is compared with',
    most: 0.5,
    from: 'start',
    of: (start) => {
      const [ours, other] = start.results.rows;
      return other && ours.answerMs.median / other.answerMs.median;
    },
  },
];

/** The table; empty while nothing is measured that a goal is about. */
export function goals(results) {
  const rows = GOALS.flatMap(({ what, most, least, from, of }) => {
    const value = results[from] === undefined ? undefined : of(results[from]);
    if (value === undefined || Number.isNaN(value)) return [];
    const reached = most === undefined ? value >= least : value <= most;
    return [[what, most === undefined ? `≥ ${least}` : `≤ ${most}`, figure(value), reached ? 'yes' : 'no']];
  });
  return rows.length === 0
    ? undefined
    : table(['', 'goal', 'measured', 'reached'], rows, ['left', 'right', 'right', 'left']);
}

function refusalRatio(row) {
  return row && ratio(row.sides, OURS, THEIRS, wall);
}

function rateRatio({ results: { rows } }, ours, theirs) {
  const rate = (side) => rows.find((row) => row.side === side)?.perSecond;
  return rate(ours) / rate(theirs);
}

function summaryOf({ results: { summary } }) {
  return summary?.find(({ side }) => side === THEIRS);
}

function prepareRatio({ results: { ratios } }) {
  return ratios.find(({ side }) => side === 'reference');
}
