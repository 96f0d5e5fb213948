/** What a service says while it prechecks and validates. */
import type { Script } from './fake-service.ts';
import { refusedRecord } from './some-answers.ts';

const CODE_HASH = `0x${'c0'.repeat(32)}`;

const step = (type: string, more: object = {}, afterMs = 40) => ({
  event: 'progress',
  data: { type, ...more },
  afterMs,
});

const PREPARED: Script = [
  step('hashed', { codeHash: CODE_HASH }),
  step('preparation-queued', { shared: false }),
  step('preparing', { workerPid: 4_711 }),
  step('artifact-ready', { fromCache: false }, 200),
];

const LIMITS = { cpuTimeMs: 60_000, wallTimeMs: 240_000, codeBytes: 30 * 2 ** 20 };

export const checkScripts = {
  inspection: {
    warnings: [
      'it imports what relay chains do not offer and what traps when called: ext_unheard_of_version_1; a block that comes to such a call is invalid',
    ],
    report: {
      imports: [
        { module: 'env', name: 'memory', kind: 'memory', class: 'memory' },
        ...[
          'ext_allocator_free_version_1',
          'ext_allocator_malloc_version_1',
          'ext_hashing_blake2_256_version_1',
        ].map((name) => ({ module: 'env', name, kind: 'function', class: 'known' })),
        {
          module: 'env',
          name: 'ext_unheard_of_version_1',
          kind: 'function',
          class: 'unknown (traps when called)',
        },
      ],
    },
  },
  accepted: [
    ...PREPARED,
    {
      event: 'outcome',
      data: {
        kind: 'ok',
        vote: 'for',
        requestId: '1-77',
        codeHash: CODE_HASH,
        totalMs: 2_911,
        artifact: { codeHash: CODE_HASH, prepHash: CODE_HASH, size: 9_800_000, fromCache: false },
        detail: {
          used: { cpuTimeMs: 2_840, wallTimeMs: 2_890, memoryBytes: 212_000_000, codeBytes: 9_300_000 },
          limits: LIMITS,
        },
      },
    },
  ] as Script,
  rejected: [
    ...PREPARED.slice(0, 3),
    {
      event: 'outcome',
      data: {
        kind: 'failed',
        vote: 'against',
        deterministic: true,
        error: { type: 'Prevalidation', value: 'sign extension' },
        message: 'prevalidation failed: sign extension operations support is not enabled',
        requestId: '1-78',
        codeHash: CODE_HASH,
        totalMs: 31,
        detail: { used: { cpuTimeMs: 12, wallTimeMs: 18 }, limits: LIMITS },
      },
    },
  ] as Script,
  refused: [
    step('artifact-ready', { fromCache: true }),
    step('execution-queued'),
    step('executing', { workerPid: 4_712, attempt: 1 }),
    {
      event: 'outcome',
      data: refusedRecord('panicked at the block: <b>not markup</b>').outcome,
      afterMs: 100,
    },
  ] as Script,
  busy: [
    {
      event: 'problem',
      data: {
        title: 'The service ends',
        detail: 'Ask again once it has started.',
        status: 503,
        code: 'SHUTTING_DOWN',
      },
    },
  ] as Script,
};
