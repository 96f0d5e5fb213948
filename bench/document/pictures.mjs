// The pictures of docs/performance.md: from results to Vega-Lite specifications, and from these to SVG. The same results make the
// same bytes.
import { parse, resetSVGDefIds, View } from 'vega';
import { compile } from 'vega-lite';
import { sideName } from './words.mjs';

const US_PER_MS = 1e3;
const WIDTH = 560;
const BAR_STEP = 16;
/** Ours in blue, the reference's in orange, whatever is drawn; what else there is in grey. */
const COLOURS = {
  'our host and workers': '#1f5fa8',
  'our workers alone': '#6fa8dc',
  ours: '#1f5fa8',
  'the reference’s host and workers': '#c25a00',
  'the reference’s workers alone': '#f2a65a',
  'the reference’s': '#c25a00',
};
const OTHERS = ['#555555', '#888888', '#aaaaaa', '#cccccc'];

/** By file name: the program whose results are needed, and what is drawn of them; undefined if there is nothing to draw. */
export const PICTURES = {
  mixed: {
    needs: 'mixed',
    draw: ({ rows }) =>
      bars(
        rows.map(({ side, perSecond }) => ({ group: '', side: sideName(side), value: perSecond })),
        'candidates per second',
      ),
  },
  throughput: {
    needs: 'throughput',
    draw: ({ rows }) =>
      bars(
        rows.flatMap(({ pvf, sides }) =>
          sides.map(({ side, perSecond }) => ({ group: pvf, side: sideName(side), value: perSecond.median })),
        ),
        'candidates per second',
      ),
  },
  prepare: {
    needs: 'prepare',
    draw: ({ rows }) =>
      bars(
        rows.flatMap(({ runtime, sides }) =>
          sides.map(({ side, cpuMs }) => ({ group: runtime, side: sideName(side), value: cpuMs.median })),
        ),
        'CPU time, ms',
      ),
  },
  execute: { needs: 'execute', draw: ({ blocks }) => blockRatios(blocks) },
  breakdown: { needs: 'breakdown', draw: ({ usual }) => stageSpans(usual) },
  ...Object.fromEntries(
    ['pov', 'artifact', 'pvfs', 'workers', 'queue'].map((name) => [
      `scaling-${name}`,
      {
        needs: 'scaling',
        draw: ({ series }) => {
          const found = series.find((one) => one.name === name);
          return found && growth(found);
        },
      },
    ]),
  ),
};

/** The SVG text of a Vega-Lite specification. */
export async function render(specification) {
  // Names within a picture are counted through a process.
  resetSVGDefIds();
  const { spec } = compile({ background: 'white', padding: 8, ...specification });
  const svg = await new View(parse(spec), { renderer: 'none' }).toSVG();
  return `${svg}\n`;
}

/** One colour for each side, the same in all pictures. */
function colours(sides) {
  const names = [...new Set(sides)];
  let other = 0;
  const range = names.map((name) => COLOURS[name] ?? OTHERS[other++ % OTHERS.length]);
  return {
    field: 'side',
    type: 'nominal',
    title: null,
    scale: { domain: names, range },
    legend: { orient: 'bottom', columns: 2, labelLimit: WIDTH },
  };
}

function bars(values, title) {
  const grouped = new Set(values.map(({ group }) => group)).size > 1;
  const sides = values.map(({ side }) => side);
  return {
    width: WIDTH,
    height: { step: BAR_STEP },
    data: { values },
    mark: 'bar',
    encoding: {
      ...(grouped && {
        row: {
          field: 'group',
          type: 'nominal',
          sort: null,
          title: null,
          spacing: 6,
          header: { labelAngle: 0, labelAlign: 'right', labelLimit: 240, labelPadding: 4 },
        },
      }),
      y: {
        field: 'side',
        type: 'nominal',
        sort: null,
        title: null,
        axis: grouped ? null : { labelLimit: 300 },
      },
      x: { field: 'value', type: 'quantitative', title },
      color: grouped ? colours(sides) : { ...colours(sides), legend: null },
    },
  };
}

/** A point for each block, by runtime. */
function blockRatios(blocks) {
  const values = blocks.flatMap(({ runtime, block, sides: [ours, ...others] }) => {
    const reference = others.find(({ side }) => side.endsWith('reference'));
    return reference === undefined
      ? []
      : [{ runtime, block, ratio: ours.cpuMs.median / reference.cpuMs.median, ms: reference.cpuMs.median }];
  });
  if (values.length === 0) return undefined;
  return {
    width: WIDTH,
    height: 280,
    data: { values },
    layer: [
      { mark: { type: 'rule', strokeDash: [4, 4], color: '#888888' }, encoding: { y: { datum: 1 } } },
      {
        mark: { type: 'point', filled: true, size: 36, opacity: 0.8 },
        encoding: {
          x: {
            field: 'ms',
            type: 'quantitative',
            scale: { type: 'log' },
            title: 'CPU time of the reference’s worker, ms',
          },
          y: { field: 'ratio', type: 'quantitative', title: 'CPU time, ours ÷ the reference’s' },
          color: { field: 'runtime', type: 'nominal', title: null, legend: { orient: 'bottom', columns: 2 } },
        },
      },
    ],
  };
}

/** The stages of a candidate one below the other, each from where it begins to where it ends. */
function stageSpans(stages) {
  let at = 0;
  const values = stages.map(({ stage, process, micros }) => {
    const begins = at;
    at += micros.median;
    return { stage, process, begins: begins / US_PER_MS, ends: at / US_PER_MS };
  });
  return {
    width: WIDTH,
    height: { step: BAR_STEP },
    data: { values },
    mark: 'bar',
    encoding: {
      y: { field: 'stage', type: 'nominal', sort: null, title: null },
      x: { field: 'begins', type: 'quantitative', title: 'ms since the host was given the candidate' },
      x2: { field: 'ends' },
      color: { field: 'process', type: 'nominal', title: null, legend: { orient: 'bottom', columns: 4 } },
    },
  };
}

/** What grows along the x axis; time or rate along the other. */
function growth({ unit, points }) {
  const isRate = points[0].perSecond !== undefined;
  const values = points.map((point) => ({
    x: point.x,
    side: sideName(point.side),
    what: point.what ?? '',
    value: (isRate ? point.perSecond : point.wallMs).median,
  }));
  const several = new Set(values.map(({ what }) => what)).size > 1;
  return {
    width: WIDTH,
    height: 220,
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'x', type: 'quantitative', scale: { type: 'log' }, title: unit, axis: { format: '~s' } },
      y: {
        field: 'value',
        type: 'quantitative',
        scale: isRate ? { zero: true } : { type: 'log' },
        title: isRate ? 'candidates per second' : 'wall time, ms',
      },
      color: colours(values.map(({ side }) => side)),
      ...(several && {
        strokeDash: { field: 'what', type: 'nominal', title: null, legend: { orient: 'bottom' } },
      }),
    },
  };
}
