// From `PvfHost.start` to the answer about the first candidate, whose artifact is in the cache: what a restart of a
// validator costs. Each start is a process of its own; with --against the two checkouts take turns, so that a busy machine
// disturbs both alike.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { quantiles } from '../support/programs.mjs';

const USAGE = `usage: node bench/start.mjs [options]

  --starts N       per side, default 20
  --warm-up N      starts per side that are not counted, default 2; the first one fills the cache
  --against DIR    another built checkout: one side more, and ratios to it
  --json           one JSON object instead of a table

Build first (npm run build). Exit status: 0, or 1 if a host does not start or answers wrongly, or 2 for wrong use.`;
const ONCE = fileURLToPath(new URL('once.mjs', import.meta.url));
const HERE = fileURLToPath(new URL('../..', import.meta.url));
const FIELDS = ['startMs', 'answerMs'];
const MEDIAN = 0.5;
const P10 = 0.1;
const P90 = 0.9;

export async function run(argv) {
  const options = parse(argv);
  if (options === undefined) return 2;
  const caches = mkdtempSync(join(tmpdir(), 'pvf-start-'));
  try {
    const sides = [{ name: 'this checkout', root: HERE }];
    if (options.against !== undefined) sides.push({ name: 'other checkout', root: resolve(options.against) });
    for (const [index, side] of sides.entries()) side.args = [entryOf(side.root), join(caches, `${index}`)];
    report(await measure(sides, options), options);
    return 0;
  } catch (error) {
    console.error(`start: ${error.stderr || error.message}`);
    return 1;
  } finally {
    rmSync(caches, { recursive: true, force: true });
  }
}

function parse(argv) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        starts: { type: 'string', default: '20' },
        'warm-up': { type: 'string', default: '2' },
        against: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const [starts, warmUp] = [Number(values.starts), Number(values['warm-up'])];
    if (!(starts >= 1)) throw new Error('--starts is a number from 1');
    if (!(warmUp >= 1)) throw new Error('--warm-up is a number from 1');
    if (!values.help) return { starts, warmUp, against: values.against, json: values.json };
  } catch (error) {
    console.error(error.message);
  }
  console.error(USAGE);
  return undefined;
}

function entryOf(root) {
  const entry = join(root, 'packages/host/dist/index.js');
  if (!existsSync(entry)) throw new Error(`${entry} is missing: build it, or give another folder`);
  return pathToFileURL(entry).href;
}

/** What each side took, start by start, the sides in turn. */
async function measure(sides, { starts, warmUp }) {
  const taken = new Map(sides.map(({ name }) => [name, []]));
  for (let i = -warmUp; i < starts; i++) {
    for (const { name, args } of sides) {
      const { stdout } = await promisify(execFile)(process.execPath, [ONCE, ...args]);
      if (i >= 0) taken.get(name).push(JSON.parse(stdout));
    }
  }
  return taken;
}

function report(taken, { starts, json }) {
  const sides = [...taken].map(([name, all]) => {
    const of = (field) => {
      const values = all.map((each) => each[field]);
      const [median, p10, p90] = quantiles(values, MEDIAN, P10, P90);
      return { median, p10, p90 };
    };
    return { name, ...Object.fromEntries(FIELDS.map((field) => [field, of(field)])) };
  });
  const [ours, other] = sides;
  const ratio = other && {
    startMs: ours.startMs.median / other.startMs.median,
    answerMs: ours.answerMs.median / other.answerMs.median,
  };
  if (json) {
    console.log(
      JSON.stringify({ bench: 'start', pvf: 'adder', node: process.version, starts, sides, ratio }),
    );
    return;
  }
  console.table(
    Object.fromEntries(
      sides.map(({ name, startMs, answerMs }) => [
        name,
        {
          'started ms': startMs.median.toFixed(0),
          'answered ms': answerMs.median.toFixed(0),
          'p10 ms': answerMs.p10.toFixed(0),
          'p90 ms': answerMs.p90.toFixed(0),
        },
      ]),
    ),
  );
  if (ratio !== undefined)
    console.log(
      `÷ other checkout: started ${ratio.startMs.toFixed(2)}, answered ${ratio.answerMs.toFixed(2)}`,
    );
  console.log(`medians of ${starts} starts per side, each in a process of its own, the sides in turn`);
}
