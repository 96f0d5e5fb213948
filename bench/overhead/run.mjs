// Wall time per candidate of the example PVF, side by side in one run: through a host, through an execute worker alone,
// and the time that starting and ending a Node process takes, which is what a job process per candidate would cost without
// a fork server. The sides take turns candidate by candidate, so that a busy machine disturbs all of them alike.
import { parseArgs } from 'node:util';
import { adderChain, readAdderPvf } from '@pvf/example-adder-pvf';
import { freshNode, hostSide, workerSide } from './sides.mjs';

const USAGE = `usage: node bench/overhead.mjs [options]

  --candidates N     per side, default 300
  --warm-up N        candidates per side that are not counted, default 30
  --reference DIR    folder with pvf-reference-prepare-worker and pvf-reference-execute-worker: one side more
  --json             one JSON object instead of a table

Build first (npm run build). Exit status: 0, or 1 if a side answers wrongly, or 2 for wrong use.`;
const CHAIN_LENGTH = 50;

export async function run(argv) {
  const options = parse(argv);
  if (options === undefined) return 2;
  const sides = [];
  try {
    sides.push(await hostSide(readAdderPvf()));
    sides.push(await workerSide('execute worker alone', readAdderPvf()));
    sides.push(freshNode());
    if (options.reference !== undefined) {
      sides.push(await workerSide("the reference's execute worker alone", readAdderPvf(), options.reference));
    }
    const times = await measure(sides, options);
    report(times, options);
    return 0;
  } catch (error) {
    console.error(`overhead: ${error.message}`);
    return 1;
  } finally {
    for (const side of sides) await side.close();
  }
}

function parse(argv) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        candidates: { type: 'string', default: '300' },
        'warm-up': { type: 'string', default: '30' },
        reference: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const [candidates, warmUp] = [Number(values.candidates), Number(values['warm-up'])];
    if (!(candidates >= 1)) throw new Error('--candidates is a number from 1');
    if (!(warmUp >= 0)) throw new Error('--warm-up is a number from 0');
    if (!values.help) return { candidates, warmUp, reference: values.reference, json: values.json };
  } catch (error) {
    console.error(error.message);
  }
  console.error(USAGE);
  return undefined;
}

/** Milliseconds of each candidate, by side. */
async function measure(sides, { candidates, warmUp }) {
  const chain = adderChain(Array.from({ length: CHAIN_LENGTH }, (_, i) => BigInt(i) ** 5n));
  const times = new Map(sides.map(({ name }) => [name, []]));
  for (let i = -warmUp; i < candidates; i++) {
    const candidate = chain[(i + warmUp) % CHAIN_LENGTH];
    for (const side of sides) {
      const start = performance.now();
      const head = await side.run(candidate);
      const elapsed = performance.now() - start;
      if (head !== undefined && Buffer.compare(head, candidate.head) !== 0) {
        throw new Error(`${side.name} answered with another head`);
      }
      if (i >= 0) times.get(side.name).push(elapsed);
    }
  }
  return times;
}

function report(times, { candidates, json }) {
  const rows = [...times].map(([name, all]) => ({ name, ...summary(all) }));
  const ofFreshNode = rows.find(({ name }) => name === freshNode.title).medianMs;
  const ofWorker = rows[1].medianMs;
  const sides = rows.map((row) => ({
    ...row,
    toWorker: row.medianMs / ofWorker,
    toFreshNode: row.medianMs / ofFreshNode,
  }));
  if (json) {
    console.log(
      JSON.stringify({ bench: 'overhead', pvf: 'adder', node: process.version, candidates, sides }),
    );
    return;
  }
  console.table(
    Object.fromEntries(
      sides.map(({ name, medianMs, p10Ms, p90Ms, toWorker, toFreshNode }) => [
        name,
        {
          'median ms': medianMs.toFixed(2),
          'p10 ms': p10Ms.toFixed(2),
          'p90 ms': p90Ms.toFixed(2),
          '÷ worker alone': toWorker.toFixed(2),
          '÷ fresh Node': toFreshNode.toFixed(2),
        },
      ]),
    ),
  );
  console.log(`wall time per candidate of the adder PVF, ${candidates} per side, the sides in turn`);
}

function summary(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { medianMs: at(0.5), p10Ms: at(0.1), p90Ms: at(0.9) };
}
