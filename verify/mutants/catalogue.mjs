// Reads slips/*.mjs and looks whether each still fits the file that it changes.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, '../..');

const files = readdirSync(join(here, 'slips')).filter((name) => name.endsWith('.mjs'));
const modules = await Promise.all(files.map((name) => import(`./slips/${name}`)));

/**
 * A slip: in `file`, the one occurrence of `find` becomes `replace`; then each of `suites` is run until one fails.
 *
 * @typedef {object} Slip
 * @property {string} id the package and what is wrong
 * @property {string} file from the repository's root
 * @property {string} find
 * @property {string} replace
 * @property {string[][]} suites the package's folder, and arguments for its vitest
 * @property {string[]} builds packages to build first, in this order, because a suite uses what they build
 * @property {string} [assembly] the module of packages/executor/assembly to compile first
 * @property {boolean} sample whether CI tries it
 * @property {string} [survives] why no suite can notice it
 */

/** @returns {{ slips: Slip[], misfits: { id: string, problem: string }[] }} */
export function readSlips() {
  const slips = modules.flatMap(({ slips: listed }) => listed).map(complete);
  const misfits = slips.flatMap((slip, index) => {
    if (slips.findIndex(({ id }) => id === slip.id) !== index)
      return [{ id: slip.id, problem: 'its name is taken' }];
    const problem = problemOf(slip);
    return problem === undefined ? [] : [{ id: slip.id, problem }];
  });
  return { slips, misfits };
}

function complete({ name, ...slip }) {
  const [, owner] = slip.file.split('/');
  return { id: `${owner}: ${name}`, builds: [], sample: false, ...slip };
}

function problemOf({ file, find, replace, suites }) {
  if (suites.length === 0) return 'no suite';
  let text;
  try {
    text = readFileSync(join(root, file), 'utf8');
  } catch {
    return `there is no ${file}`;
  }
  const times = text.split(find).length - 1;
  if (times !== 1) return `its text is ${times} times in ${file}, not once: ${JSON.stringify(find)}`;
  return find === replace ? 'it changes nothing' : undefined;
}
