// Coverage-guided fuzzing: `npm run fuzz -- --target NAME|all [--minutes M] [--seed N] [--input FILE]`. The target and
// the code under test are bundled, instrumented (Istanbul's counters), and run on mutated inputs; an input that
// reaches something new joins the corpus (fuzz/corpus, kept from run to run). Exit status 1: something was found; the
// input is in fuzz/findings, and `--input FILE` runs it again.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { createInstrumenter } from 'istanbul-lib-instrument';
import { build } from 'tsup';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..');
/** An input that runs longer, in milliseconds of wall time, is a finding. */
const HANG_MS = 20_000;
const MAX_INPUT_BYTES = 1 << 20;
const HEAP_LIMIT_MIB = 512;
/** No dependency of the repository's root, so it has no name here. */
const TEST_KIT = pathToFileURL(join(root, 'packages/test-kit/dist/index.js')).href;
const NOT_TARGETS = new Set(['seeds', 'target']);
const TARGETS = readdirSync(join(here, 'targets'))
  .map((file) => basename(file, '.ts'))
  .filter((name) => !NOT_TARGETS.has(name));

const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
    input: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
const names = values.target === 'all' ? TARGETS : [values.target];
if (!names.every((name) => TARGETS.includes(name)) || !(minutes > 0)) {
  console.error(
    `usage: npm run fuzz -- --target ${TARGETS.join('|')}|all [--minutes M] [--seed N] [--input FILE]`,
  );
  process.exit(2);
}

process.env.PVF_FUZZ_ROOT = root;
const work = mkdtempSync(join(root, 'node_modules/.fuzz-'));
let findings = 0;
try {
  for (const name of names) {
    const bundle = await instrumented(name);
    if (values.input === undefined) findings += (await fuzz(name, bundle)) ? 0 : 1;
    else (await import(bundle)).target.run(readFileSync(values.input));
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = findings === 0 ? 0 : 1;

/** @returns the URL of the target with all that it uses, counting; its dictionary lies beside it */
async function instrumented(name) {
  await build({
    config: false,
    silent: true,
    entry: [join(here, 'targets', `${name}.ts`)],
    outDir: work,
    outExtension: () => ({ js: '.plain.txt' }),
    format: ['esm'],
    platform: 'node',
    target: 'node24',
    splitting: false,
    removeNodeProtocol: false,
    noExternal: [/.*/],
    esbuildPlugins: [
      {
        name: 'test-kit',
        setup: (context) => {
          context.onResolve({ filter: /^@pvf\/test-kit$/ }, () => ({ path: TEST_KIT, external: true }));
        },
      },
    ],
  });
  const code = readFileSync(join(work, `${name}.plain.txt`), 'utf8');
  const instrumenter = createInstrumenter({
    esModules: true,
    compact: false,
    coverageVariable: '__coverage__',
  });
  const counting = instrumenter.instrumentSync(code, `${name}.js`);
  const path = join(work, `${name}.mjs`);
  writeFileSync(path, counting);
  return pathToFileURL(path).href;
}

async function fuzz(name, bundle) {
  const corpusFolder = join(here, 'corpus', name);
  mkdirSync(corpusFolder, { recursive: true });
  const { target } = await import(bundle);
  const workerData = {
    bundle,
    corpusFolder,
    seconds: 60 * minutes,
    seed: Number(values.seed),
    seeds: await target.seeds(),
    current: new SharedArrayBuffer(MAX_INPUT_BYTES),
    progress: new SharedArrayBuffer(16),
  };
  const figures = new Int32Array(workerData.progress);
  const started = Date.now();
  const say = () => {
    const [executions, , kept, seen] = figures;
    const rate = Math.round((1000 * executions) / (Date.now() - started));
    console.log(`${name}: ${executions} inputs (${rate}/s), ${kept} kept, ${seen} counters reached`);
  };
  const thread = new Worker(new URL('loop.mjs', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MIB },
  });
  const reports = setInterval(say, 30_000);
  let last = -1;
  let unchangedSince = Date.now();
  const { promise, resolve } = Promise.withResolvers();
  const watch = setInterval(() => {
    const now = Atomics.load(figures, 0);
    if (now !== last) [last, unchangedSince] = [now, Date.now()];
    else if (now > 0 && Date.now() - unchangedSince > HANG_MS) resolve({ type: 'finding', stack: 'hangs' });
  }, 1000);
  thread.on('message', resolve);
  thread.on('error', (error) => resolve({ type: 'finding', stack: String(error.stack ?? error) }));
  const end = await promise;
  clearInterval(reports);
  clearInterval(watch);
  await thread.terminate();
  say();
  if (end.type === 'done') return true;
  const input = end.input ?? new Uint8Array(workerData.current).slice(0, figures[1]);
  const folder = join(here, 'findings');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}-${createHash('sha1').update(input).digest('hex').slice(0, 12)}`);
  writeFileSync(path, input);
  console.error(`${name}: FOUND ${path} (${input.length} bytes)\n${end.stack}`);
  return false;
}
