// Results as the programs print them, small and made up: what the page is written from in tests.
import { summaryOf } from '../support/statistics.mjs';

const machine = {
  processor: 'Some',
  processors: 2,
  memoryBytes: 24 * 1024 ** 3,
  kernel: '6.18',
  node: 'v24.22.3',
  load: 0,
};
const around = (value) => summaryOf([0.8, 0.9, 1, 1.1, 1.4].map((factor) => factor * value));
const record = (bench, results, options = {}) => ({
  bench,
  commit: { id: 'abcdef0', changed: false },
  date: '2026-01-02',
  machine,
  options,
  results,
});
const OURS = 'workers, this checkout';
const THEIRS = 'workers, reference';
const OUR_HOST = 'host, this checkout';
const THEIR_HOST = "host, the reference's own";
const ALL = [OUR_HOST, OURS, THEIR_HOST, THEIRS];
const walls = (values) => ALL.map((side, i) => ({ side, wallMs: around(values[i]) }));

const candidates = (perSecond) =>
  ALL.map((side, i) => ({
    side,
    perSecond: perSecond[i],
    wallMs: around(1000 / perSecond[i]),
    ...(side === THEIR_HOST ? {} : { hitRate: 0.98 }),
    processes: 3,
    pssBytes: 3e8,
  }));

const runtime = (name, cpu) => ({
  runtime: name,
  codeBytes: 1e6,
  sides: ['this checkout', 'reference'].map((side, i) => ({
    side,
    cpuMs: around(cpu[i]),
    wallMs: around(cpu[i]),
    artifactBytes: 1e7 * (i + 1),
  })),
});

const block = (name, cpu) => ({
  runtime: 'shell-2',
  block: name,
  povBytes: 1000,
  sides: [OURS, THEIRS].map((side, i) => ({ side, cpuMs: around(cpu[i]), wallMs: around(cpu[i]) })),
});

const stages = (names) =>
  names.map((stage, i) => ({
    stage,
    process: i === 1 ? 'worker' : 'host',
    what: 'something',
    micros: around(10 * (i + 1)),
  }));
const both = (ms) => ({ usual: around(ms), first: around(20 * ms) });
const series = (name, unit, points) => ({ name, grows: `the number of ${unit}`, unit, points });
const point = (place, x, side, rest) => ({ place, x, side, ...rest });

export const RESULTS = {
  mixed: record('mixed', { rows: candidates([120, 100, 30, 40]) }, { pvfs: 16, workers: 2, candidates: 600 }),
  throughput: record('throughput', {
    rows: [
      {
        pvf: 'adder',
        sides: ALL.map((side, i) => ({
          side,
          perSecond: around(100 * (i + 1)),
          wallMs: around(3),
          cpuMs: around(1),
        })),
      },
    ],
    ratios: [{ side: THEIRS, perSecond: 0.5, wall: 1.5 }],
  }),
  overhead: record('overhead', {
    rows: [...walls([3.5, 2, 5, 4]), { side: 'a fresh Node process', wallMs: around(30) }],
  }),
  breakdown: record('breakdown', {
    pvf: 'adder',
    usual: stages(['host queue', 'run', 'exit']),
    ahead: stages(['fork']),
    first: stages(['load']),
    tracedMs: both(3),
    untracedMs: both(2.5),
  }),
  host: record('host', {
    above: ['adder', 'shell-2'].flatMap((pvf) =>
      [
        [OUR_HOST, OURS, 2.5, 2],
        [THEIR_HOST, THEIRS, 22, 20],
      ].map(([host, worker, through, alone]) => ({
        pvf,
        host: { side: host, wallMs: around(through), processCpuMs: around(0.5) },
        worker: { side: worker, wallMs: around(alone), processCpuMs: around(0.5) },
        aboveMs: through - alone,
      })),
    ),
    memory: [
      { side: 'this checkout', process: 'idle worker', pssBytes: 3e7, privateBytes: 2e7 },
      {
        side: 'this checkout',
        pvf: 'adder',
        process: 'template',
        pssBytes: 3e6,
        privateBytes: 2e5,
        artifactBytes: 1e4,
      },
    ],
  }),
  execute: record('execute', {
    blocks: [block('ok-empty', [2, 8]), block('ok-transfers-400', [30, 40])],
    summary: [
      {
        side: THEIRS,
        byRuntime: [{ runtime: 'shell-2', blocks: 2, cpu: 0.25, wall: 0.2 }],
        cpu: 0.25,
        kinds: [{ kind: '400 transfers', blocks: 1, cpu: 0.75 }],
      },
    ],
  }),
  pov: record('pov', {
    refused: [
      { pvf: 'trap', sides: walls([50, 40, 70, 60]) },
      { pvf: 'asset-hub-rococo-900', sides: walls([50, 15, 70, 60]) },
    ],
    eventLoop: {
      concurrent: 8,
      megabytes: 10,
      receipts: false,
      totalMs: around(100),
      idle: { ticks: 9, delay: { p50: 0.1, p99: 0.2, max: 0.3 }, cpu: { p50: 0.1, p99: 0.2, max: 0.3 } },
      busy: { ticks: 9, delay: { p50: 0.1, p99: 0.9, max: 3 }, cpu: { p50: 0.1, p99: 0.9, max: 3 } },
    },
  }),
  prepare: record('prepare', {
    rows: [runtime('shell-2', [30, 100]), runtime('westmint-9400', [300, 1000])],
    ratios: [{ side: 'reference', cpu: 0.3, wall: 0.3, artifact: 0.5 }],
  }),
  start: record('start', { rows: [{ side: 'this checkout', startMs: around(300), answerMs: around(310) }] }),
  scaling: record('scaling', {
    series: [
      series('pov', 'bytes', [
        point(0, 1000, OURS, { wallMs: around(2) }),
        point(1, 1e6, OURS, { wallMs: around(3) }),
        point(1, 1e6, THEIRS, { wallMs: around(4) }),
      ]),
      series('artifact', 'bytes', [
        point(0, 1e6, OURS, { pvf: 'shell-2', what: 'first candidate', wallMs: around(20) }),
        point(0, 1e6, OURS, { pvf: 'shell-2', what: 'later ones', wallMs: around(2) }),
      ]),
      series('queue', 'requests', [
        point(0, 1, OUR_HOST, { perSecond: around(200), processCpuMs: 0.6 }),
        point(1, 64, OUR_HOST, { perSecond: around(400), processCpuMs: 0.5 }),
      ]),
    ],
  }),
};
