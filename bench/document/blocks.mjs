// The generated parts of docs/performance.md, by name: from results to Markdown. A part whose results are not there is empty.
import { ratioTo } from '../support/comparison.mjs';
import { goals } from './goals.mjs';
import { figure, origin, picture, sideName, table } from './words.mjs';

const MIB = 1024 ** 2;
const MB = 1e6;

/** @type {Record<string, (results: Record<string, object>) => string | undefined>} */
export const BLOCKS = {
  goals,
  mixed: only('mixed', mixed),
  throughput: only('throughput', throughput),
  overhead: only('overhead', overhead),
  breakdown: only('breakdown', breakdown),
  host: only('host', host),
  memory: only('host', memory),
  execute: only('execute', execute),
  pov: only('pov', pov),
  prepare: only('prepare', prepare),
  start: only('start', start),
  scaling: only('scaling', scaling),
};

/** A part that needs one program's results alone, which are named below it. */
function only(name, write) {
  return (all) =>
    all[name] === undefined ? undefined : `${write(all[name].results, all[name])}\n\n${origin(all[name])}`;
}

function mixed({ rows }, { options: { pvfs, workers, candidates } }) {
  return [
    `${pvfs} PVFs, ${workers} workers, ${candidates} small candidates a side:`,
    table(
      ['', 'per second', 'ours ÷ this', 'p50 ms', 'p90 ms', 'p99 ms', 'met its PVF loaded', 'PSS MiB'],
      rows.map((row) => [
        sideName(row.side),
        figure(row.perSecond),
        figure(ratioTo(rows, row, ({ perSecond }) => perSecond)),
        figure(row.wallMs.median),
        figure(row.wallMs.p90),
        figure(row.wallMs.p99),
        figure(row.hitRate),
        figure(row.pssBytes / MIB),
      ]),
    ),
    picture('mixed', 'small candidates of many PVFs, candidates per second'),
  ].join('\n\n');
}

function throughput({ rows, ratios }) {
  const cells = ({ pvf, sides }) =>
    sides.map((row) => [
      row === sides[0] ? pvf : '',
      sideName(row.side),
      figure(row.perSecond.median),
      figure(row.wallMs.median),
      figure(row.wallMs.p99),
      figure(row.cpuMs?.median),
      figure(ratioTo(sides, row, (one) => one.perSecond.median)),
      figure(ratioTo(sides, row, (one) => one.wallMs.median)),
    ]);
  return [
    table(
      [
        'PVF',
        '',
        'per second',
        'wall ms',
        'p99 ms',
        'CPU ms',
        'per second: ours ÷ this',
        'wall: ours ÷ this',
      ],
      rows.flatMap(cells),
      ['left', 'left', ...Array(6).fill('right')],
    ),
    ...ratios.map(
      ({ side, perSecond, wall }) =>
        `Ours ÷ ${sideName(side)}, geometric mean of the PVFs: candidates per second ${figure(perSecond)}, wall time ${figure(wall)}.`,
    ),
    picture('throughput', 'small blocks of one PVF in a row, candidates per second'),
  ].join('\n\n');
}

function overhead({ rows }) {
  const worker = rows.find(({ side }) => side === 'workers, this checkout').wallMs.median;
  return table(
    ['', 'median ms', 'p10 ms', 'p90 ms', '÷ our worker alone'],
    rows.map(({ side, wallMs }) => [
      sideName(side),
      figure(wallMs.median),
      figure(wallMs.p10),
      figure(wallMs.p90),
      figure(wallMs.median / worker),
    ]),
  );
}

function breakdown({ usual, ahead, first, tracedMs, untracedMs }) {
  const stages = (all) =>
    table(
      ['stage', 'process', 'median µs', 'p10', 'p90', ''],
      all.map(({ stage, process, what, micros }) => [
        stage,
        process,
        micros.median.toFixed(0),
        micros.p10.toFixed(0),
        micros.p90.toFixed(0),
        what,
      ]),
      ['left', 'left', 'right', 'right', 'right', 'left'],
    );
  const wall = (which) =>
    `${figure(tracedMs[which].median)} ms while traced, ${figure(untracedMs[which].median)} ms otherwise (medians).`;
  return [
    `A candidate of the example PVF whose job waits for it: ${wall('usual')}`,
    stages(usual),
    picture('breakdown', 'the stages of one candidate'),
    'Done ahead for it, while the host makes up its mind about the candidate before:',
    stages(ahead),
    `The first candidate of a PVF, for which a template is made: ${wall('first')}`,
    stages(first),
  ].join('\n\n');
}

function host({ above }) {
  return table(
    [
      'PVF',
      '',
      'through the host, ms',
      'its worker alone, ms',
      'above it, ms',
      'the embedder’s CPU time, ms',
    ],
    above.map((row) => [
      row.pvf,
      sideName(row.host.side),
      figure(row.host.wallMs.median),
      figure(row.worker.wallMs.median),
      figure(row.aboveMs),
      // The reference's host is a process of its own.
      row.host.side.includes('reference') ? '–' : figure(row.host.processCpuMs.median),
    ]),
    ['left', 'left', ...Array(4).fill('right')],
  );
}

function memory({ memory: rows }) {
  return table(
    ['', 'PVF', 'process', 'PSS MiB', 'of its own MiB', 'artifact MiB'],
    rows.map((row) => [
      sideName(row.side),
      row.pvf ?? '',
      row.process,
      figure(row.pssBytes / MIB),
      figure(row.privateBytes / MIB),
      row.artifactBytes === undefined ? '' : figure(row.artifactBytes / MIB),
    ]),
    ['left', 'left', 'left', ...Array(3).fill('right')],
  );
}

function execute({ summary }) {
  if (summary.length === 0) return 'Measured without another side.';
  return summary
    .map(({ side, byRuntime, cpu, kinds }) =>
      [
        `Ours ÷ ${sideName(side)}, medians over the blocks of each runtime:`,
        table(
          ['runtime', 'blocks', 'CPU', 'wall'],
          byRuntime.map((row) => [row.runtime, row.blocks, figure(row.cpu), figure(row.wall)]),
        ),
        `The median of the runtimes is ${figure(cpu)} (CPU).${kinds.map((kind) => ` ${kind.kind}, ${kind.blocks} blocks: ${figure(kind.cpu)}.`).join('')}`,
      ].join('\n\n'),
    )
    .concat(picture('execute', 'CPU time of each valid block, ours ÷ the reference’s'))
    .join('\n\n');
}

function pov({ refused, eventLoop: { concurrent, megabytes, totalMs, idle, busy } }) {
  const loop = (what, { p50, p99, max }) => [what, figure(p50), figure(p99), figure(max)];
  return [
    'A PoV of 10 MiB, refused at once:',
    table(
      ['PVF', '', 'median ms', 'p10 ms', 'p90 ms', 'ours ÷ this'],
      refused.flatMap(({ pvf, sides }) =>
        sides.map((row) => [
          row === sides[0] ? pvf : '',
          sideName(row.side),
          figure(row.wallMs.median),
          figure(row.wallMs.p10),
          figure(row.wallMs.p90),
          figure(ratioTo(sides, row, ({ wallMs }) => wallMs.median)),
        ]),
      ),
      ['left', 'left', ...Array(4).fill('right')],
    ),
    `The event loop of a process that has ${concurrent} PoVs of ${megabytes} MB at once validated, each in ${figure(totalMs.median)} ms (median):`,
    table(
      ['', 'p50 ms', 'p99 ms', 'max ms'],
      [
        loop('delay, idle', idle.delay),
        loop('delay, validating', busy.delay),
        loop('CPU time per tick, idle', idle.cpu),
        loop('CPU time per tick, validating', busy.cpu),
      ],
    ),
  ].join('\n\n');
}

function prepare({ rows, ratios }) {
  const names = rows[0].sides.map(({ side }) => side);
  const columns = names.flatMap((side) =>
    ['CPU ms', 'wall ms', 'artifact MB'].map((what) => `${sideName(side)}: ${what}`),
  );
  return [
    table(
      ['runtime', ...columns],
      rows.map(({ runtime, sides }) => [
        runtime,
        ...sides.flatMap((one) => [
          one.cpuMs.median.toFixed(0),
          one.wallMs.median.toFixed(0),
          (one.artifactBytes / MB).toFixed(1),
        ]),
      ]),
    ),
    ...ratios.map(
      ({ side, cpu, wall, artifact }) =>
        `Ours ÷ ${sideName(side)}, all runtimes together: CPU ${figure(cpu)}, wall ${figure(wall)}, artifacts ${figure(artifact)}.`,
    ),
    picture('prepare', 'CPU time of preparing each runtime'),
  ].join('\n\n');
}

function start({ rows }) {
  return table(
    ['', 'started, ms', 'first answer, ms', 'p10 ms', 'p90 ms', 'ours ÷ this'],
    rows.map((row) => [
      sideName(row.side),
      figure(row.startMs.median),
      figure(row.answerMs.median),
      figure(row.answerMs.p10),
      figure(row.answerMs.p90),
      figure(rows[0].answerMs.median / row.answerMs.median),
    ]),
  );
}

function scaling({ series }) {
  return series
    .map(({ name, grows, unit, points }) => {
      const what = points.some((point) => point.what !== undefined);
      const isRate = points[0].perSecond !== undefined;
      const rows = points.map((point) => [
        name === 'artifact' ? point.pvf : String(point.x),
        ...(name === 'artifact' ? [(point.x / MB).toFixed(1)] : []),
        ...(what ? [point.what] : []),
        sideName(point.side),
        figure((isRate ? point.perSecond : point.wallMs).median),
        figure(isRate ? point.perSecond.p25 : point.wallMs.p90),
        ...(name === 'queue' ? [figure(point.processCpuMs)] : []),
      ]);
      const columns = [
        name === 'artifact' ? 'PVF' : unit,
        ...(name === 'artifact' ? ['MB'] : []),
        ...(what ? [''] : []),
        '',
        isRate ? 'per second' : 'wall ms',
        isRate ? 'p25' : 'p90 ms',
        ...(name === 'queue' ? ['the embedder’s CPU time, ms each'] : []),
      ];
      return [
        `What grows is ${grows}:`,
        picture(`scaling-${name}`, grows),
        `<details><summary>Figures</summary>\n\n${table(columns, rows)}\n\n</details>`,
      ].join('\n\n');
    })
    .join('\n\n');
}
