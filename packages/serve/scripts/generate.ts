// `node packages/serve/scripts/generate.ts`: writes openapi.json and the client's types anew. A test compares them.
import { writeFileSync } from 'node:fs';
import { generated } from './generated.ts';

for (const [path, text] of await generated()) writeFileSync(path, text);
