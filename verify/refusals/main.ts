// npm run refusals: refuses every system call that workers, templates and jobs make while they are set up, in four ways,
// to whole hosts, to the workers of a host and to worker programs alone, and sets every limit to awkward values; as root
// also as an ordinary user. Takes hours of one core; the ordinary tests run a sample.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { guest } from '@pvf/test-kit';
import { WorkerPair } from '../../packages/execute-worker/test/support/workers.ts';
import { allCases, type Case, type Ending } from './cases.ts';

const USAGE = `usage: npm run refusals -- [options]

  --only REGEX    cases whose name it matches, such as "host mount kill ordinary user"
  --part I/N      every Nth case from the Ith
  --log FILE      one JSON line per case is added; cases that are in it are not run again
  --jobs N        at once, default twice the cores: most of them wait
  --list          names only

Exit status: 0, or 1 if a case ended wrongly, or 2 for wrong use.`;
const PROGRESS_EVERY = 25;

type Line = { name: string } & Ending;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = parse();
  if (options === undefined) return 2;
  const pair = new WorkerPair();
  try {
    const prepared = await pair.prepare(guest('accepts-anything'));
    const wanted = allCases(prepared)
      .filter(({ name }) => options.only.test(name))
      .filter((_each, index) => index % options.parts === options.part);
    if (options.list) {
      for (const { name } of wanted) console.log(name);
      return 0;
    }
    const done = new Map(readLog(options.log).map((line) => [line.name, line]));
    await runAll(
      wanted.filter(({ name }) => !done.has(name)),
      options.jobs,
      (line) => {
        done.set(line.name, line);
        if (options.log !== undefined) appendFileSync(options.log, `${JSON.stringify(line)}\n`);
      },
    );
    return report(wanted.map(({ name }) => done.get(name)!));
  } finally {
    await pair.close();
  }
}

function parse() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', default: '' },
        part: { type: 'string', default: '1/1' },
        log: { type: 'string' },
        jobs: { type: 'string', default: String(2 * availableParallelism()) },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const [part, parts] = values.part.split('/').map(Number) as [number, number];
    if (!(part >= 1 && part <= parts)) throw new Error('--part is I/N');
    const jobs = Number(values.jobs);
    if (!(jobs >= 1)) throw new Error('--jobs is a number from 1');
    if (!values.help)
      return {
        only: new RegExp(values.only),
        part: part - 1,
        parts,
        jobs,
        log: values.log,
        list: values.list,
      };
  } catch (error) {
    console.error((error as Error).message);
  }
  console.error(USAGE);
  return undefined;
}

function readLog(path: string | undefined): Line[] {
  if (path === undefined || !existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

async function runAll(cases: readonly Case[], jobs: number, conclude: (line: Line) => void): Promise<void> {
  const queue = cases.values();
  let ended = 0;
  const work = async (): Promise<void> => {
    for (const { name, run } of queue) {
      const ending = await run().catch((error): Ending => ({ good: false, words: String(error) }));
      conclude({ name, ...ending });
      ended += 1;
      if (!ending.good) console.log(`WRONG ${name}: ${ending.words}`);
      if (ended % PROGRESS_EVERY === 0) console.log(`${ended} of ${cases.length}`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
}

function report(lines: readonly Line[]): number {
  const kinds = Object.groupBy(lines, ({ name }) => name.replace(/^(host limit|\w+) .*/, '$1'));
  const rows = Object.entries(kinds).map(([what, all = []]) => {
    const count = (how: string): number => all.filter((line) => line.good && line.how === how).length;
    const wrong = all.filter(({ good }) => !good).length;
    return [
      what,
      {
        cases: all.length,
        right: count('right'),
        refused: count('refused'),
        'no Node runs': count('no Node runs'),
        'host killed': count('killed'),
        wrong,
      },
    ];
  });
  console.table(Object.fromEntries(rows));
  const wrong = lines.filter(({ good }) => !good);
  for (const { name, words } of wrong) console.log(`WRONG ${name}: ${words}`);
  return wrong.length === 0 ? 0 : 1;
}
