import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

/** Of the API, in the paths too; not of the package. */
const API_VERSION = '1';

/** Collects the routes that are registered after it; `app.swagger()` is then the OpenAPI document. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'PVF host',
        version: API_VERSION,
        description:
          'Prechecks PVFs and validates parachain candidates. Bytes are hexadecimal with 0x, times milliseconds unless a ' +
          'name says otherwise. Every problem is RFC 9457 and never a vote.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      tags: [
        { name: 'code', description: 'Uploaded PVFs' },
        { name: 'requests', description: 'Prechecks, validations, hints' },
        { name: 'artifacts', description: 'The cache of prepared PVFs' },
        { name: 'state', description: 'What goes on' },
        { name: 'health', description: 'For supervisors and monitoring' },
      ],
    },
    refResolver: {
      buildLocalReference: (schema, _base, _fragment, index) =>
        typeof schema.$id === 'string' ? schema.$id : `schema-${index}`,
    },
  });
}
