// docs/performance.md is written by hand but for the parts between markers: tables and pictures, which come from the results
// in bench/results, one JSON file for each program. This command writes them, and with --run takes the results first.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { count, parseOptions, SHARED, UsageError, usageOf } from '../support/options.mjs';
import { BLOCKS } from './blocks.mjs';
import { fillBlocks } from './markers.mjs';
import { PICTURES, render } from './pictures.mjs';
import { RUNS, takeResults } from './runs.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const PAGE = join(ROOT, 'docs/performance.md');
export const PICTURE_FOLDER = join(ROOT, 'docs/performance');
export const RESULTS_FOLDER = join(ROOT, 'bench/results');

const PROGRAM = {
  name: 'document',
  about: 'Writes the tables and pictures of docs/performance.md from the results of the other programs.',
  options: {
    results: { type: 'text', word: 'DIR', about: 'folder of NAME.json, default bench/results' },
    output: {
      type: 'text',
      word: 'DIR',
      about: 'writes performance.md and the pictures there instead of into docs',
    },
    run: {
      type: 'flag',
      about: 'takes the results first: 20 to 25 minutes on an idle machine with two cores',
    },
    quick: {
      type: 'flag',
      about: 'with --run: few rounds, in about 5 minutes, to see that everything works',
    },
    only: { type: 'text', word: 'NAMES', about: `with --run: of ${RUNS.map(({ name }) => name).join(', ')}` },
    busy: { type: 'flag', about: 'with --run: also while others use the machine; figures then mean little' },
    'idle-within': count(60, 'with --run: seconds to wait for the machine to be idle before each program', 0),
    reference: SHARED.reference,
    'reference-host': SHARED['reference-host'],
    against: SHARED.against,
    runtimes: SHARED.runtimes,
    cache: SHARED.cache,
  },
  notes: ['With --run the candidates come from ../shared (or $PVF_SHARED).'],
};

/** @returns the exit status */
export async function documentMain(argv) {
  let options;
  try {
    options = parseOptions(PROGRAM.options, argv);
    if (options.only !== undefined) checkNames(options.only.split(','));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`document: ${error.message}\n\n${usageOf(PROGRAM)}`);
    return 2;
  }
  if (options.help) {
    console.log(usageOf(PROGRAM));
    return 0;
  }
  try {
    const folder = resolve(options.results ?? RESULTS_FOLDER);
    mkdirSync(folder, { recursive: true });
    const failed = options.run ? await takeResults(folder, options) : [];
    const written = await writeDocument(readResults(folder), options.output);
    if (options.json) console.log(JSON.stringify({ failed, written }));
    else for (const path of written) console.log(`written: ${path}`);
    if (failed.length > 0) console.error(`document: no new results of ${failed.join(', ')}`);
    return failed.length > 0 ? 1 : 0;
  } catch (error) {
    console.error(`document: ${error.message}`);
    return 1;
  }
}

function checkNames(names) {
  const unknown = names.filter((name) => !RUNS.some((run) => run.name === name));
  if (unknown.length > 0) throw new UsageError(`there is no program ${unknown.join(', ')}`);
}

/** What lies in a folder of results, by the program's name. */
export function readResults(folder) {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];
  return Object.fromEntries(
    files
      .sort()
      .map((file) => [file.slice(0, -'.json'.length), JSON.parse(readFileSync(join(folder, file), 'utf8'))]),
  );
}

/** The page with its blocks filled, as it ought to be for these results. */
export function pageFor(results, page = readFileSync(PAGE, 'utf8')) {
  return fillBlocks(page, (name) => {
    if (BLOCKS[name] === undefined)
      throw new Error(`docs/performance.md has a block ${name} that nobody can write`);
    return BLOCKS[name](results);
  });
}

/** The pictures for these results: file name → SVG. */
export async function picturesFor(results) {
  const drawn = new Map();
  for (const [name, { needs, draw }] of Object.entries(PICTURES)) {
    if (results[needs] === undefined) continue;
    const specification = draw(results[needs].results);
    if (specification !== undefined) drawn.set(`${name}.svg`, await render(specification));
  }
  return drawn;
}

async function writeDocument(results, output) {
  const [page, folder] =
    output === undefined
      ? [PAGE, PICTURE_FOLDER]
      : [join(output, 'performance.md'), join(output, 'performance')];
  const text = pageFor(results);
  const pictures = await picturesFor(results);
  rmSync(folder, { recursive: true, force: true });
  if (output !== undefined) mkdirSync(output, { recursive: true });
  if (pictures.size > 0) mkdirSync(folder, { recursive: true });
  writeFileSync(page, text);
  for (const [file, svg] of pictures) writeFileSync(join(folder, file), svg);
  return [page, ...[...pictures.keys()].map((file) => join(folder, file))];
}
