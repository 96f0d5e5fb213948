const HEX = { type: 'string', pattern: '^0x([0-9a-f]{2})*$' } as const;
const COUNT = { type: 'number', minimum: 0 } as const;
const TEXTS = { type: 'array', items: { type: 'string' } } as const;
const EXIT_CODE = { enum: [0, 1, 2, 3, 4, 5, 70, 130] } as const;
const PLACE = { enum: ['shell', 'docker', 'kubernetes', 'systemd', 'sysctl', 'apparmor'] } as const;
const VOTE = { enum: ['for', 'against', 'abstain', 'none', 'unchecked'] } as const;

const parameter = (value: object) => ({
  type: 'object',
  required: ['given', 'value'],
  properties: {
    given: { type: 'boolean', description: 'false: assumed, neither given nor asked of a chain' },
    value,
    source: { type: 'string', description: 'who said it, if it was no option' },
  },
});

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
    output('completion', ['shell', 'script'], { script: { type: 'string' } }),
    output('schema', ['schema'], { schema: { type: 'object' } }),
    output('component flatten', ['file', 'output', 'moduleBytes', 'compressedBytes'], {}),
    output('component new', ['directory', 'files'], {}),
    output('component setup', ['directory'], {}),
  ],
  definitions: {
    error: {
      description: 'Nothing was done; with exit code 70, nothing could be decided.',
      type: 'object',
      required: ['exitCode', 'error'],
      properties: {
        exitCode: EXIT_CODE,
        error: {
          type: 'object',
          required: ['code', 'message', 'meta'],
          properties: {
            code: { type: 'string', pattern: '^[A-Z_]+$' },
            message: { type: 'string' },
            remedy: { type: 'string' },
            meta: { type: 'object' },
          },
        },
      },
      additionalProperties: false,
    },
    check: {
      description: 'One thing that a host needs of its machine, and where what can be changed.',
      type: 'object',
      required: ['name', 'what', 'status', 'found'],
      properties: {
        name: { type: 'string' },
        what: { type: 'string' },
        status: { enum: ['ok', 'warning', 'failed'] },
        found: { type: 'string' },
        remedies: { type: 'object', propertyNames: PLACE, additionalProperties: { type: 'string' } },
      },
    },
    detail: {
      description:
        'Why and how much, for people. Texts are the PVF’s own: bounded, without control characters.',
      type: 'object',
      required: ['logs', 'logsLeftOut', 'backtrace', 'used', 'limits'],
      properties: {
        panic: { type: 'string' },
        logs: {
          type: 'array',
          items: {
            type: 'object',
            required: ['level', 'target', 'message'],
            properties: { level: { enum: ['error', 'warn', 'info', 'debug', 'trace'] } },
          },
        },
        logsLeftOut: COUNT,
        backtrace: {
          type: 'array',
          items: {
            type: 'object',
            required: ['type'],
            properties: {
              type: { enum: ['function', 'host-function'] },
              index: COUNT,
              name: { type: 'string' },
            },
          },
        },
        used: { type: 'object', additionalProperties: COUNT },
        limits: { type: 'object', additionalProperties: COUNT },
      },
    },
    readFrom: {
      description: 'What was taken off to get at the PVF, outermost first.',
      type: 'array',
      items: { enum: ['gzip', 'zstd', 'hex', 'json', 'scale', 'chain-spec-raw', 'chain-spec-plain', 'node'] },
    },
    parameters: {
      type: 'object',
      required: ['executorParams', 'validationCodeBombLimit'],
      properties: {
        executorParams: parameter({ type: 'array' }),
        validationCodeBombLimit: parameter(COUNT),
      },
    },
    used: { type: 'object', required: ['used'], properties: { used: COUNT, limit: COUNT } },
    precheck: {
      type: 'object',
      required: ['file', 'codeBytes', 'readFrom', 'outcome', 'usage', 'shortcomings'],
      properties: {
        file: { type: 'string' },
        codeBytes: COUNT,
        readFrom: { $ref: '#/definitions/readFrom' },
        outcome: {
          type: 'object',
          required: ['kind', 'vote', 'totalMs'],
          properties: {
            kind: { enum: ['ok', 'failed', 'internal', 'deadline-passed', 'cancelled'] },
            vote: VOTE,
          },
        },
        usage: { type: 'object', required: ['code'], additionalProperties: { $ref: '#/definitions/used' } },
        shortcomings: TEXTS,
      },
    },
    candidate: {
      type: 'object',
      required: ['name', 'answer', 'outcome', 'explanation', 'parameters'],
      properties: {
        name: { type: 'string' },
        note: { type: 'string' },
        answer: { enum: ['vote', 'pvf-only'] },
        explanation: { type: 'string' },
        outcome: {
          type: 'object',
          required: ['kind', 'vote', 'totalMs', 'attempts'],
          properties: {
            kind: {
              enum: [
                'valid',
                'invalid',
                'possibly-invalid',
                'internal',
                'chain-unavailable',
                'preparation-failed',
                'deadline-passed',
                'cancelled',
              ],
            },
            vote: VOTE,
            resultBytes: HEX,
            detail: { $ref: '#/definitions/detail' },
          },
        },
        parameters: { $ref: '#/definitions/parameters' },
        repeated: { type: 'object', required: ['runs', 'alike', 'cpuMs'] },
        differences: TEXTS,
      },
    },
  },
} as const;
