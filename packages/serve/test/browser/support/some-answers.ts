/** Answers of a service that has been at work for an hour; tests change what they are about. */
import type { Cluster } from '../../../src/schemas/cluster.ts';
import type { OutcomeRecord } from '../../../src/schemas/outcome.ts';
import type { Artifacts, Histogram, Layer, Statistics, Status } from '../../../src/schemas/status.ts';

const HASH = (digit: string) => `0x${digit.repeat(64)}`;
const MINUTE_MS = 60_000;

const program = (name: string) => ({
  path: `/usr/lib/pvf/${name}`,
  version: '0.1.0',
  fullVersion: '0.1.0-fake',
  node: '24.12.0',
});

export function someStatus(): Status {
  const now = Date.now();
  return {
    state: 'running',
    startedAt: new Date(now - 3_725_000).toISOString(),
    now: new Date(now).toISOString(),
    version: '0.1.0',
    cacheDir: '/var/cache/pvf',
    workers: { prepare: program('pvf-prepare-worker'), execute: program('pvf-execute-worker') },
    security: { secureMode: true, layers: someLayers(), lost: {} },
    tried: true,
    prepare: { queued: 1, running: 1, workers: 1 },
    execute: {
      queued: { dispute: 2, approval: 11, 'backing-system': 0, backing: 4 },
      running: 2,
      workers: 2,
      templates: 7,
    },
    artifacts: {
      prepared: 14,
      preparing: 1,
      failed: 1,
      bytes: 182_452_224,
      hits: 4_310,
      misses: 15,
      evicted: 2,
      lost: 0,
    },
    slowMachine: { queueTime: false, cpuShare: false },
    requests: { running: 19, total: 4_391 },
    memory: { codeBytes: 12_000_000, bodyBytes: 0 },
    cluster: false,
    streams: 1,
    limits: {
      codeBytes: 120 * 2 ** 20,
      blockDataBytes: 120 * 2 ** 20,
      jsonBytes: 2 ** 20,
      storedCodeBytes: 2 ** 30,
      bodyBytesAtOnce: 2 ** 30,
      requestsAtOnce: 256,
      streams: 32,
      connections: 512,
      requestsPer10s: 10_000,
      keptEvents: 1_000,
    },
  };
}

function someLayers(): Layer[] {
  return [
    { name: 'landlock', words: 'no files (Landlock)', available: true },
    { name: 'seccomp', words: 'few system calls (seccomp)', available: true },
    { name: 'changeRoot', words: 'an empty file system (user and mount namespaces)', available: true },
    { name: 'secureClone', words: 'namespaces for each job (clone3)', available: true },
    {
      name: 'cgroup',
      words: 'limits of jobs by control groups (cgroup v2)',
      available: false,
      reason: 'no control group was delegated to this process',
      remedies: { systemd: 'Delegate=yes and DelegateSubgroup=host' },
    },
  ];
}

const SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 8, 10, 11, 12, 16, 24,
];

function histogram(
  name: string,
  help: string,
  each: readonly number[],
  limits: Histogram['limits'],
): Histogram {
  let seen = 0;
  const buckets = SECONDS.map((le, i) => {
    seen += each[i] ?? 0;
    return { le, count: seen };
  });
  return { name, help, unit: 'seconds', labels: {}, buckets, sum: seen * 0.2, count: seen, limits };
}

const EXECUTION = [
  { name: 'backing', value: 2 },
  { name: 'approval and dispute', value: 12 },
];

export function someStatistics(): Statistics {
  const first = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 59 * MINUTE_MS;
  return {
    since: new Date(first).toISOString(),
    histograms: [
      histogram(
        'polkadot_pvf_execution_time',
        'Wall time',
        [0, 0, 12, 150, 940, 1_610, 1_020, 420, 80, 20, 9, 6, 2, 1],
        EXECUTION,
      ),
      histogram(
        'pvf_execution_cpu_seconds',
        'CPU time',
        [0, 2, 40, 310, 1_250, 1_600, 820, 210, 30, 6, 2, 1],
        EXECUTION,
      ),
      histogram(
        'polkadot_pvf_preparation_time',
        'Wall time',
        [0, 0, 0, 0, 0, 0, 1, 2, 4, 1, 2, 1, 3, 1],
        [{ name: 'precheck', value: 60 }],
      ),
      histogram(
        'pvf_preparation_cpu_seconds',
        'CPU time',
        [0, 0, 0, 0, 0, 0, 1, 3, 4, 1, 2, 1, 2, 1],
        [{ name: 'precheck', value: 60 }],
      ),
    ],
    minutes: Array.from({ length: 60 }, (_, i) => ({
      at: new Date(first + i * MINUTE_MS).toISOString(),
      counts: [
        {
          request: 'approval' as const,
          outcome: 'valid',
          vote: 'for' as const,
          count: 48 + Math.round(16 * Math.sin(i / 5)),
        },
        { request: 'backing' as const, outcome: 'valid', vote: 'unchecked' as const, count: 12 + (i % 5) },
        ...(i % 7 === 0
          ? [{ request: 'approval' as const, outcome: 'invalid', vote: 'against' as const, count: 3 }]
          : []),
        ...(i === 21
          ? [{ request: 'approval' as const, outcome: 'internal', vote: 'abstain' as const, count: 9 }]
          : []),
        ...(i % 20 === 4
          ? [{ request: 'precheck' as const, outcome: 'ok', vote: 'for' as const, count: 2 }]
          : []),
        ...(i % 9 === 2
          ? [{ request: 'backing' as const, outcome: 'deadline-passed', vote: 'none' as const, count: 2 }]
          : []),
      ],
    })),
  };
}

export function someArtifacts(): Artifacts {
  const artifacts = Array.from({ length: 14 }, (_, i) => ({
    codeHash: HASH((i % 10).toString()),
    prepHash: HASH('a'),
    engine: 'ee'.repeat(16),
    bytes: 9_000_000 + i * 600_000,
    usedAt: new Date(Date.now() - i * 90_000).toISOString(),
  }));
  return { cacheDir: '/var/cache/pvf', bytes: 182_452_224, artifacts };
}

/** With agents and a run whose names say `text`. */
export function someCluster(text: string): Cluster {
  const agent = (id: string) => ({
    ...{ id, version: '0.1.0', cpu: 'AMD EPYC 9654 96-Core Processor' },
    ...{ slots: 8, running: 7, done: 18_204, failed: 0, rate: 41.3 },
  });
  const odd = { ...agent(text.slice(0, 64)), failed: 3, version: text.slice(0, 50), cpu: text, paused: text };
  return {
    at: new Date().toISOString(),
    server: { version: '2.15.3', cluster: 'cell-1' },
    agents: { total: 1_204, list: [agent('machine-1'), odd] },
    ...{ rate: 82.6, waiting: 1_190, leased: 16, results: 5_017 },
    runs: {
      total: 2,
      list: [
        { name: 'july', version: '0.1.0', state: 'open', redundancy: 2, jobs: 1_206 },
        { name: text.slice(0, 64), version: text.slice(0, 50), state: text.slice(0, 20), redundancy: 1 },
      ],
    },
    dead: { total: 25, newest: ['july.8120.0', text.slice(0, 100)] },
    stores: [
      { name: 'PVF_JOBS', bytes: 90, limit: 100 },
      { name: 'PVF_RESULTS', bytes: 10, limit: 100 },
      { name: 'PVF_DEAD', bytes: 90 },
    ],
  };
}

const LIMITS = {
  cpuTimeMs: 12_000,
  wallTimeMs: 48_000,
  memoryBytes: 134_217_728,
  povBytes: 10_485_760,
  codeBytes: 31_457_280,
};

export type Record = Omit<OutcomeRecord, 'id' | 'at'>;

/** The schema names what all outcomes have. */
const outcome = (whole: OutcomeRecord['outcome'] & { [name: string]: unknown }): OutcomeRecord['outcome'] =>
  whole;

export function validRecord(n = 0): Record {
  return {
    request: n % 4 === 0 ? 'backing' : 'approval',
    outcome: outcome({
      kind: 'valid',
      vote: n % 4 === 0 ? 'unchecked' : 'for',
      requestId: `1-${n}`,
      codeHash: HASH('7'),
      candidateHash: HASH('d'),
      totalMs: 180 + (n % 90),
      queuedMs: n % 30,
      attempts: 1,
      detail: {
        logs: [],
        logsLeftOut: 0,
        backtrace: [],
        used: {
          cpuTimeMs: 160 + (n % 90),
          wallTimeMs: 171,
          memoryBytes: 21_000_000,
          povBytes: 1_400_000,
          codeBytes: 9_200_000,
        },
        limits: LIMITS,
      },
    }),
  };
}

/** Of a guest that says `text` wherever it can. */
export function refusedRecord(text: string, n = 0): Record {
  return {
    request: 'approval',
    outcome: outcome({
      kind: 'invalid',
      vote: 'against',
      rule: 'refused-by-pvf',
      message: `execution failed: ${text}`,
      requestId: `1-${n}`,
      codeHash: HASH('7'),
      candidateHash: HASH('b'),
      totalMs: 240,
      queuedMs: 3,
      attempts: 1,
      detail: {
        panic: text,
        logs: [
          { level: 'error', target: text.slice(0, 200), message: text },
          { level: 'warn', target: 'runtime', message: 'the block weighs more than it should' },
        ],
        logsLeftOut: 3,
        backtrace: [
          { type: 'host-function', name: 'ext_logging_log_version_1' },
          { type: 'function', index: 212, name: text.slice(0, 200) },
          {
            type: 'function',
            index: 88,
            name: 'cumulus_pallet_parachain_system::validate_block::implementation::validate_block::h0123456789abcdef',
          },
          { type: 'function', index: 12 },
        ],
        used: {
          cpuTimeMs: 201,
          wallTimeMs: 213,
          memoryBytes: 24_000_000,
          povBytes: 2_400_000,
          codeBytes: 9_200_000,
        },
        limits: LIMITS,
      },
    }),
  };
}
