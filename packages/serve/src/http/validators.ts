import { Ajv2020 } from 'ajv/dist/2020.js';
import type { FastifySchemaCompiler } from 'fastify';
import { NAMED_SCHEMAS } from '../schemas/index.ts';

/**
 * Compiles the schemas of requests. Nothing is converted and nothing left out: a number in a text is no number, and a
 * misspelt property an error.
 */
export function validators(): FastifySchemaCompiler<Record<string, unknown>> {
  const ajv = new Ajv2020({ strict: false, coerceTypes: false, removeAdditional: false, useDefaults: false });
  ajv.addFormat('hex-bytes', { type: 'string', validate: isHex });
  ajv.addFormat('date-time', true);
  ajv.addFormat('binary', true);
  for (const schema of NAMED_SCHEMAS) {
    const { $id } = schema as { $id?: string };
    // As its pattern says, but in one pass: a pattern that repeats overflows the stack on a long text.
    ajv.addSchema($id === 'HexBytes' ? { $id, type: 'string', format: 'hex-bytes' } : schema);
  }
  return ({ schema, contentType }) => {
    if (contentType === 'application/octet-stream') return () => true;
    if (contentType !== 'multipart/form-data') return ajv.compile(schema);
    const part = ajv.compile({ $ref: 'ValidateRequestPart#' });
    const names = ajv.compile({
      type: 'object',
      properties: { request: {}, blockData: {}, exportedPov: {} },
      additionalProperties: false,
    });
    return (form: { request: unknown }) => {
      if (!names(form)) return { error: validationError(names.errors ?? [], '') };
      if (!part(form.request)) return { error: validationError(part.errors ?? [], '/request') };
      return { value: form };
    };
  };
}

function validationError(errors: readonly { instancePath: string }[], at: string): Error {
  const validation = errors.map((error) => ({ ...error, instancePath: `${at}${error.instancePath}` }));
  return Object.assign(new Error('the request is wrong'), { validation, validationContext: 'body' });
}

const DIGITS = /^0x[0-9a-fA-F]*$/;

function isHex(text: string): boolean {
  return text.length % 2 === 0 && DIGITS.test(text);
}
