const HEX = { type: 'string', pattern: '^0x([0-9a-f]{2})*$' } as const;
export const COUNT = { type: 'number', minimum: 0 } as const;
export const TEXTS = { type: 'array', items: { type: 'string' } } as const;
export const EXIT_CODE = { enum: [0, 1, 2, 3, 4, 5, 70, 130] } as const;
export const PLACE = { enum: ['shell', 'docker', 'kubernetes', 'systemd', 'sysctl', 'apparmor'] } as const;
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

/** What several commands print, by the name under which `OUTPUT_SCHEMA` refers to it. */
export const DEFINITIONS = {
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
      differences: TEXTS,
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
} as const;
