#!/usr/bin/env node
// The published host drives our workers through candidates of many real PVFs, while processes of the workers are killed, and
// the same host with its own workers through the same: each definite answer is the recorded one, with the recorded head, and an
// answer without a verdict is one of those that a killed process comes to. Needs Node >= 22.18 (runs TypeScript as it is).
import { parseArgs } from 'node:util';
import { makeOrder, makePvfs, randomFrom } from '../../bench/support/load.mjs';
import { sidesOf } from '../../bench/support/programs.mjs';
import { referenceHostSide } from '../../bench/support/sides.mjs';
import { Judge } from '../soak/judge.mjs';
import { killOne } from '../soak/kill.mjs';

const USAGE = `usage: node verify/reference/mixed.mjs --reference DIR --reference-host PROGRAM [options]

  --reference DIR           folder with pvf-reference-prepare-worker and pvf-reference-execute-worker
  --reference-host PROGRAM  pvf-reference-host
  --workers DIR             folder with pvf-prepare-worker and pvf-execute-worker, default this checkout's launchers
  --pvfs N                  default 16, of the runtimes that have blocks and variants of them
  --candidates N            of each side, default 2000
  --runtimes DIR            default $PVF_REAL_PVFS, else .pvf-cache/real-pvfs
  --seed N                  of the order and of the kills, default 1
  --json                    one JSON object instead of lines

The candidates come from ../shared (or $PVF_SHARED). Build first (npm run build).
Exit status: 0, or 1 if an answer was wrong or missing, or 2 for wrong use.`;

const KILL_EVERY_MS = 700;
const OUTSTANDING = 6;
/** What the reference's host answers when a process of a worker was killed under it. */
const OF_A_KILL = [
  'PossiblyInvalid(AmbiguousWorkerDeath)',
  'PossiblyInvalid(AmbiguousJobDeath)',
  'Internal(', // a worker that ends while the request is handed over
];

process.exitCode = await main(process.argv.slice(2));

async function main(argv) {
  const options = parse(argv);
  if (options === undefined) return 2;
  const pvfs = makePvfs(options.pvfs, { runtimes: options.runtimes, own: true, spoiled: true });
  const order = makeOrder(pvfs, options.candidates, 'uniform', randomFrom(options.seed));
  const [ours, reference] = sidesOf({ reference: options.reference });
  if (options.workers !== undefined)
    for (const kind of ['prepare', 'execute']) ours[kind] = `${options.workers}/pvf-${kind}-worker`;
  const sides = [];
  for (const [name, programs] of [
    ['our workers', ours],
    ["the reference's workers", reference],
  ]) {
    const side = await referenceHostSide(programs, pvfs, {
      outstanding: OUTSTANDING,
      host: options['reference-host'],
    });
    try {
      sides.push({ workers: name, ...(await run(side, pvfs, order, options)) });
    } finally {
      await side.stop();
    }
    if (!options.json) console.log(describe(sides.at(-1)));
  }
  if (options.json) {
    const counts = sides.map(({ judge, ...side }) => ({ ...side, ...judge.counts }));
    console.log(JSON.stringify({ seed: options.seed, pvfs: options.pvfs, counts }));
  }
  return sides.every(({ judge, kills }) => kills > 0 && judge.isContent(kills)) ? 0 : 1;
}

async function run(side, pvfs, order, { seed }) {
  const judge = new Judge(OF_A_KILL);
  const random = randomFrom(seed);
  let kills = 0;
  const killer = setInterval(() => {
    kills += killOne(side.pids(), random);
  }, KILL_EVERY_MS);
  let next = 0;
  try {
    await Promise.all(
      side.slots.map(async (slot) => {
        while (next < order.length) {
          const [pvf, index] = order[next++];
          const candidate = pvfs[pvf].candidates[index];
          const told = judge.judge(pvfs[pvf].name, candidate, await slot(pvf, candidate));
          if (told !== undefined) console.error(told);
        }
      }),
    );
  } finally {
    clearInterval(killer);
  }
  return { judge, kills };
}

function describe({ workers, judge: { counts }, kills }) {
  return `${workers}: ${counts.right} as recorded, ${counts.wrong} wrong, ${counts.undecided} undecided, ${kills} processes killed`;
}

function parse(argv) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        reference: { type: 'string' },
        'reference-host': { type: 'string' },
        workers: { type: 'string' },
        pvfs: { type: 'string', default: '16' },
        candidates: { type: 'string', default: '2000' },
        runtimes: { type: 'string' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    for (const name of ['pvfs', 'candidates', 'seed']) {
      values[name] = Number(values[name]);
      if (!(Number.isInteger(values[name]) && values[name] >= 1))
        throw new Error(`--${name} is a whole number from 1`);
    }
    if (!values.help && (values.reference === undefined || values['reference-host'] === undefined))
      throw new Error('--reference and --reference-host are needed');
    if (!values.help) return values;
  } catch (error) {
    console.error(error.message);
  }
  console.error(USAGE);
  return undefined;
}
