import { COUNT, DEFINITIONS, EXIT_CODE, PLACE, TEXTS } from './schema-definitions.ts';

/** An object with `command` and what else it always has; it may have more. */
const output = (command: string, required: readonly string[], properties: object) => ({
  type: 'object',
  required: ['command', 'exitCode', ...required],
  properties: { command: { const: command }, exitCode: EXIT_CODE, ...properties },
});

/**
 * What `--json` prints: one object. Fields are added, never renamed or removed, between major versions. 64-bit integers
 * are numbers, or strings where a number cannot hold them; bytes are hexadecimal with 0x.
 */
export const OUTPUT_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Output of pvf --json',
  oneOf: [
    { $ref: '#/definitions/error' },
    output('precheck', ['parameters', 'pvfs', 'maxCodeSize'], {
      parameters: { $ref: '#/definitions/parameters' },
      maxCodeSize: COUNT,
      pvfs: { type: 'array', minItems: 1, items: { $ref: '#/definitions/precheck' } },
    }),
    output('validate', ['pvf', 'readFrom', 'parameters', 'shortcomings', 'candidates'], {
      pvf: { type: 'string' },
      readFrom: { $ref: '#/definitions/readFrom' },
      parameters: { $ref: '#/definitions/parameters' },
      shortcomings: TEXTS,
      candidates: { type: 'array', minItems: 1, items: { $ref: '#/definitions/candidate' } },
    }),
    output('replay', ['pvf', 'parameters', 'total', 'resumed', 'byOutcome', 'slowest', 'different'], {
      pvf: { type: 'string' },
      parameters: { $ref: '#/definitions/parameters' },
      total: COUNT,
      resumed: COUNT,
      byOutcome: { type: 'object', additionalProperties: COUNT },
      slowest: {
        type: 'array',
        items: { type: 'object', required: ['id', 'name', 'cpuMs'], properties: { cpuMs: COUNT } },
      },
      different: {
        type: 'array',
        items: {
          type: 'object',
          required: ['id', 'name', 'differences'],
          properties: { differences: TEXTS },
        },
      },
      slowAgents: {
        type: 'array',
        items: { type: 'object', required: ['agent', 'machine', 'factor', 'candidates'] },
      },
    }),
    {
      oneOf: [
        output('inspect', ['file', 'fileBytes', 'readFrom', 'parameters', 'shortcomings', 'report'], {
          file: { type: 'string' },
          fileBytes: COUNT,
          readFrom: { $ref: '#/definitions/readFrom' },
          parameters: { $ref: '#/definitions/parameters' },
          shortcomings: TEXTS,
          report: { type: 'object' },
        }),
        output('inspect', ['artifact', 'file', 'fileBytes', 'sizes', 'checksum', 'problems'], {
          artifact: { const: true },
          file: { type: 'string' },
          fileBytes: COUNT,
          sizes: { type: 'object', additionalProperties: COUNT },
          checksum: { type: 'string' },
          problems: TEXTS,
        }),
      ],
    },
    output('doctor', ['verdict', 'checks', 'place', 'node', 'workers', 'security', 'missing'], {
      verdict: {
        type: 'object',
        required: ['secure', 'speed'],
        properties: {
          secure: {
            type: 'object',
            required: ['fit'],
            properties: { fit: { type: 'boolean' }, reason: { type: 'string' }, code: { type: 'string' } },
          },
          speed: {
            oneOf: [
              {
                type: 'object',
                required: ['sampleMs', 'largestRuntimeMs', 'limitMs', 'fastEnough'],
                properties: {
                  sampleMs: COUNT,
                  largestRuntimeMs: COUNT,
                  limitMs: COUNT,
                  fastEnough: { type: 'boolean' },
                },
              },
              { type: 'object', required: ['notMeasured'], properties: { notMeasured: { type: 'string' } } },
            ],
          },
        },
      },
      checks: { type: 'array', minItems: 1, items: { $ref: '#/definitions/check' } },
      place: PLACE,
      node: { type: 'string' },
      workers: { type: 'object' },
      security: { type: 'object' },
      missing: TEXTS,
    }),
    output('artifacts list', ['cacheDir', 'artifacts'], {
      cacheDir: { type: 'string' },
      artifacts: {
        type: 'array',
        items: {
          type: 'object',
          required: ['name', 'path', 'codeHash', 'prepHash', 'engine', 'checksum', 'bytes', 'lastUsed'],
        },
      },
    }),
    output('artifacts verify', ['cacheDir', 'artifacts'], {
      cacheDir: { type: 'string' },
      artifacts: { type: 'array', items: { type: 'object', required: ['name', 'codeHash', 'bytes'] } },
    }),
    output('artifacts prune', ['cacheDir', 'dryRun', 'removed', 'kept', 'keptBytes'], {
      cacheDir: { type: 'string' },
      dryRun: { type: 'boolean' },
      removed: TEXTS,
      kept: COUNT,
      keptBytes: COUNT,
    }),
    {
      description:
        'One line, once requests are taken; the command runs on. `token` is there if it was made at random.',
      type: 'object',
      required: ['command'],
      properties: {
        command: { const: 'serve' },
        socket: { type: 'string' },
        url: { type: 'string' },
        page: { type: 'string' },
        token: { type: 'string' },
      },
    },
    {
      description: 'One line, once work is taken; the command runs on.',
      type: 'object',
      required: ['command', 'id', 'jobs'],
      properties: { command: { const: 'cluster agent' }, id: { type: 'string' }, jobs: COUNT },
    },
    output('cluster status', ['server', 'agents', 'waiting', 'leased', 'runs', 'rate', 'dead', 'stores'], {
      agents: {
        type: 'array',
        items: {
          type: 'object',
          required: ['id', 'version', 'machine', 'slots', 'running', 'done', 'failed', 'rate'],
        },
      },
      waiting: COUNT,
      leased: COUNT,
      runs: {
        type: 'array',
        items: { type: 'object', required: ['name', 'state', 'replicas', 'jobs', 'results'] },
      },
      rate: COUNT,
      dead: { type: 'object', required: ['total', 'newest'] },
      stores: { type: 'array', items: { type: 'object', required: ['name', 'bytes', 'limit'] } },
    }),
    output('cluster cancel', ['name'], { name: { type: 'string' } }),
    output('completion', ['shell', 'script'], { script: { type: 'string' } }),
    output('schema', ['schema'], { schema: { type: 'object' } }),
    output('component flatten', ['file', 'output', 'moduleBytes', 'compressedBytes'], {}),
    output('component new', ['directory', 'files'], {}),
    output('component setup', ['directory'], {}),
  ],
  definitions: DEFINITIONS,
} as const;
