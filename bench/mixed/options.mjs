import { parseArgs } from 'node:util';

const USAGE = `usage: node bench/mixed.mjs [options]

  --pvfs N           default 16: the runtimes that have blocks, then variants of them; above 20, of all runtimes
  --order ORDER      uniform (default), skewed (the n-th PVF has 1/n of the first one's share), or row
  --cold             no candidate of each PVF before those that count
  --workers N        execute workers, default 2
  --outstanding N    requests that the host has at once, default 6
  --candidates N     per side, default 600
  --budget BYTES     the host's memory for loaded PVFs; default the host's own
  --drive HOW        host, workers (without a host, each takes the next candidate), or both (default)
  --reference DIR    folder with pvf-reference-prepare-worker and pvf-reference-execute-worker: sides more
  --reference-host PROGRAM  pvf-reference-host (verify/reference/host): with --reference, the reference's own host, too
  --against DIR      another built checkout of this repository: sides more
  --runtimes DIR     folder of *.compact.compressed.wasm; default $PVF_REAL_PVFS, else .pvf-cache/real-pvfs
  --cache DIR        keep artifacts there for the next run
  --seed N           of the order, default 1
  --json             one JSON object instead of a table

The candidates come from ../shared (or $PVF_SHARED). Build first (npm run build).
Exit status: 0, or 1 if a side answers wrongly, or 2 for wrong use.`;

const NUMBERS = { pvfs: '16', workers: '2', outstanding: '6', candidates: '600', seed: '1' };

export function parse(argv) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        ...Object.fromEntries(
          Object.entries(NUMBERS).map(([name, value]) => [name, { type: 'string', default: value }]),
        ),
        order: { type: 'string', default: 'uniform' },
        drive: { type: 'string', default: 'both' },
        budget: { type: 'string' },
        reference: { type: 'string' },
        'reference-host': { type: 'string' },
        against: { type: 'string' },
        runtimes: { type: 'string' },
        cache: { type: 'string' },
        cold: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const numbers = {};
    for (const name of [...Object.keys(NUMBERS), 'budget']) {
      if (values[name] === undefined) continue;
      numbers[name] = Number(values[name]);
      if (!(Number.isInteger(numbers[name]) && numbers[name] >= 1))
        throw new Error(`--${name} is a whole number from 1`);
    }
    if (!['uniform', 'skewed', 'row'].includes(values.order))
      throw new Error('--order is uniform, skewed or row');
    if (!['host', 'workers', 'both'].includes(values.drive))
      throw new Error('--drive is host, workers or both');
    if (values['reference-host'] !== undefined && values.reference === undefined)
      throw new Error('--reference-host needs --reference: the workers that it starts');
    if (!values.help) return { ...values, ...numbers };
  } catch (error) {
    console.error(error.message);
  }
  console.error(USAGE);
  return undefined;
}
