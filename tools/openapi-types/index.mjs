import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';

const named = (name, argument) => ts.factory.createTypeReferenceNode(name, argument && [named(argument)]);
const BYTES = ts.factory.createUnionTypeNode([named('Blob'), named('Uint8Array', 'ArrayBuffer')]);

/** Types of an OpenAPI 3.1 document, as the text of a module. What is sent as bytes is a Blob or Uint8Array. */
export async function typesOf(document) {
  const ast = await openapiTS(JSON.stringify(document), {
    alphabetize: true,
    transform: ({ format }) => (format === 'binary' ? BYTES : undefined),
  });
  return `// Generated of openapi.json by scripts/generate.ts.\n${astToString(ast)}`;
}
