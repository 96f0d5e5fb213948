// The launchers of the two worker programs, from one template: `node scripts/packages/launchers.mjs` writes them. They are
// kept in git, for npm links them before anything is built.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));
const template = readFileSync(join(packages, 'worker/launcher/launcher.sh'), 'utf8');

/** Path and text of each launcher. */
export const launchers = ['prepare', 'execute'].map((kind) => ({
  path: join(packages, `${kind}-worker/bin/pvf-${kind}-worker`),
  text: template.replaceAll('@kind@', kind),
}));

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const { path, text } of launchers) writeFileSync(path, text);
