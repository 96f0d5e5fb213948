import { fileURLToPath } from 'node:url';
import { typesOf } from '@pvf/openapi-types';
import { fastify } from 'fastify';
import { describeApi, type Handlers, registerRoutes } from '../src/api/index.ts';

const here = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The files that are made of the schemas, with their text. */
export async function generated(): Promise<[path: string, text: string][]> {
  const app = fastify();
  await describeApi(app);
  // Nothing is served: only what the routes say of themselves is wanted.
  app.register(async (scope) => {
    scope.setValidatorCompiler(() => () => true);
    scope.setSerializerCompiler(() => JSON.stringify);
    registerRoutes(scope, new Proxy({}, { get: () => () => {} }) as Handlers);
  });
  await app.ready();
  const document = app.swagger();
  await app.close();
  return [
    [here('openapi.json'), `${JSON.stringify(document, null, 2)}\n`],
    [here('src/client/api.generated.ts'), await typesOf(document)],
  ];
}
