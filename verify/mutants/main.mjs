// The suites on trial: `npm run mutants`. Puts one small mistake after another into copies of this repository and runs
// the suite that owns the code; see README.md. Exit status 1: the suites let too much pass, or a slip no longer fits.
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { readSlips } from './catalogue.mjs';
import { createCopy } from './copy.mjs';
import { lineOf, summaryOf } from './report.mjs';
import { tryAll } from './try.mjs';

const USAGE = `usage: npm run mutants -- [--sample] [--only TEXT]… [--jobs N] [--json FILE] [--check] [--list] [--keep]

  --sample      the ten that CI tries
  --only TEXT   those whose name contains TEXT
  --jobs N      copies that are tried at the same time (default 1)
  --json FILE   what became of each, rewritten after each
  --check       only whether every slip still fits its file
  --list        only their names
  --no-baseline does not run the suites without a slip first
  --keep        leaves the copies`;

const { values } = (() => {
  try {
    return parseArgs({
      options: {
        sample: { type: 'boolean' },
        only: { type: 'string', multiple: true },
        jobs: { type: 'string', default: '1' },
        json: { type: 'string' },
        check: { type: 'boolean' },
        list: { type: 'boolean' },
        'no-baseline': { type: 'boolean' },
        keep: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
})();
const jobs = Number(values.jobs);
if (values.help || !Number.isInteger(jobs) || jobs < 1 || jobs > 2 * availableParallelism()) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 2);
}

const { slips: all, misfits } = readSlips();
const chosen = all.filter(
  ({ id, sample }) =>
    (!values.sample || sample) &&
    (values.only === undefined || values.only.some((text) => id.includes(text))),
);
if (values.list) {
  for (const { id } of chosen) console.log(id);
  process.exit();
}
const unfit = misfits.filter(({ id }) => chosen.some((slip) => slip.id === id));
for (const { id, problem } of unfit) console.error(`does not fit any more: ${id}: ${problem}`);
if (unfit.length > 0 || values.check) {
  console.log(`${chosen.length - unfit.length} of ${chosen.length} slips fit`);
  process.exit(unfit.length === 0 ? 0 : 1);
}
if (chosen.length === 0) {
  console.error('no slip has such a name; --list shows all');
  process.exit(2);
}

const copies = await Promise.all(Array.from({ length: Math.min(jobs, chosen.length) }, () => createCopy()));
const removeCopies = () => {
  if (!values.keep) for (const copy of copies) copy.remove();
  else for (const copy of copies) console.log(`kept: ${copy.path}`);
};
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const copy of copies) copy.stop();
    removeCopies();
    process.exit(130);
  });
}

const tried = [];
const save = () => {
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ ...summaryOf(tried), slips: tried }, null, 2)}\n`);
};
try {
  await tryAll(copies, chosen, { baseline: !values['no-baseline'] }, (result) => {
    tried.push(result);
    console.log(`[${tried.length}/${chosen.length}] ${lineOf(result)}`);
    save();
  });
} finally {
  removeCopies();
}

const summary = summaryOf(tried, chosen.length === all.length);
console.log(summary.text);
process.exitCode = summary.passed ? 0 : 1;
