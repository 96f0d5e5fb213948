// Coverage-guided fuzzing: `npm run fuzz -- --target NAME|all [--minutes M] [--seed N] [--input FILE]`. The target and
// the code under test are bundled, instrumented (Istanbul's counters), and run on mutated inputs; an input that
// reaches something new joins the corpus (verify/fuzz/corpus, kept from run to run). Exit status 1: something was found; the
// input is in verify/fuzz/findings, and `--input FILE` runs it again.
import { fork, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createInstrumenter } from 'istanbul-lib-instrument';
import { build } from 'tsup';
import { readCurrent } from './current.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
/** An input that runs longer, in milliseconds of wall time, is a finding. */
const HANG_MS = 20_000;
const HEAP_LIMIT_MIB = 512;
/** No dependency of the repository's root, so it has no name here. */
const TEST_KIT = pathToFileURL(join(root, 'packages/test-kit/dist/index.js')).href;
const NOT_TARGETS = new Set(['seeds', 'target']);
/** Not guided by coverage: random system calls, whose findings are what they change outside. */
const CALLS = 'syscalls';
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
const known = [...TARGETS, CALLS];
const names = values.target === 'all' ? known : [values.target];
if (!names.every((name) => known.includes(name)) || !(minutes > 0)) {
  console.error(
    `usage: npm run fuzz -- --target ${known.join('|')}|all [--minutes M] [--seed N] [--input FILE]`,
  );
  process.exit(2);
}

process.env.PVF_FUZZ_ROOT = root;
const work = mkdtempSync(join(root, 'node_modules/.fuzz-'));
let findings = 0;
try {
  for (const name of names) {
    if (name === CALLS) {
      findings += systemCalls() ? 0 : 1;
      continue;
    }
    const bundle = await instrumented(name);
    if (values.input === undefined) findings += (await fuzz(name, bundle)) ? 0 : 1;
    else (await import(bundle)).target.run(readFileSync(values.input));
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = findings === 0 ? 0 : 1;

/** Half of the time in jobs and templates, half in sandboxes. @returns false if something was found */
function systemCalls() {
  const parts = ['packages/worker/test/isolation/fuzz.ts', 'verify/fuzz/sandbox.mjs'];
  const args = [String(minutes / parts.length), String(Number(values.seed) >>> 0)];
  return parts.every((part) => {
    const command = ['--no-warnings', join(root, part), ...args];
    return spawnSync(process.execPath, command, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
  });
}

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
  const current = join(work, `${name}.current`);
  writeFileSync(current, '');
  const started = Date.now();
  const loop = fork(join(here, 'loop.mjs'), {
    execArgv: [`--max-old-space-size=${HEAP_LIMIT_MIB}`],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  loop.send({
    bundle,
    corpusFolder,
    current,
    seconds: 60 * minutes,
    seed: Number(values.seed),
    seeds: await target.seeds(),
  });
  const end = await endOf(loop, current, () => say(name, started, current));
  say(name, started, current);
  if (end.type === 'done') return true;
  const input = readCurrent(current)?.input ?? new Uint8Array();
  const folder = join(here, 'findings');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}-${createHash('sha1').update(input).digest('hex').slice(0, 12)}`);
  writeFileSync(path, input);
  console.error(`${name}: FOUND ${path} (${input.length} bytes)\n${end.stack}`);
  return false;
}

/** Watches until the loop is done, has found something, hangs, or is no more. */
async function endOf(loop, current, report) {
  let stderr = '';
  loop.stderr.on('data', (chunk) => {
    stderr = (stderr + chunk).slice(-4096);
  });
  let last = -1;
  let unchangedSince = Date.now();
  const { promise, resolve } = Promise.withResolvers();
  const reports = setInterval(report, 30_000);
  const watch = setInterval(() => {
    const now = readCurrent(current)?.executions ?? 0;
    if (now !== last) [last, unchangedSince] = [now, Date.now()];
    else if (now > 0 && Date.now() - unchangedSince > HANG_MS) resolve({ type: 'finding', stack: 'hangs' });
  }, 1000);
  loop.on('message', resolve);
  loop.on('close', (code, signal) =>
    resolve({ type: 'finding', stack: `ends the process with ${signal ?? code}\n${stderr}` }),
  );
  const end = await promise;
  clearInterval(reports);
  clearInterval(watch);
  loop.kill('SIGKILL');
  return end;
}

function say(name, started, current) {
  const { executions, kept, seen } = readCurrent(current) ?? { executions: 0, kept: 0, seen: 0 };
  const rate = Math.round((1000 * executions) / (Date.now() - started));
  console.log(`${name}: ${executions} inputs (${rate}/s), ${kept} kept, ${seen} counters reached`);
}
