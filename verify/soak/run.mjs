// Tens of thousands of candidates, valid and spoiled, of more PVFs than there is memory for, through a host: which PVFs
// are busy changes all the time, so that templates come and go. Every answer is compared with the recorded one, and what
// host and workers hold is looked at along the way. With --kill, processes of the workers are killed meanwhile.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makePvfs, randomFrom } from '../../bench/support/load.mjs';
import { descendants, pssOf } from '../../bench/support/processes.mjs';
import { sidesOf } from '../../bench/support/programs.mjs';
import { hostSide } from '../../bench/support/sides.mjs';
import { Judge } from './judge.mjs';
import { killOne } from './kill.mjs';

const USAGE = `usage: node verify/soak/main.mjs [options]

  --candidates N     default 50000
  --pvfs N           default 20, of the runtimes that have blocks and variants of them
  --workers N        execute workers, default 2
  --budget BYTES     memory for loaded PVFs, default 200 MB: about half of the default PVFs
  --kill             kills workers, templates and jobs at random meanwhile
  --runtimes DIR     default $PVF_REAL_PVFS, else .pvf-cache/real-pvfs
  --cache DIR        keep artifacts there for the next run
  --seed N           of the order, default 1

The candidates come from ../shared (or $PVF_SHARED). Build first (npm run build).
Exit status: 0, or 1 if an answer was wrong or something has grown, or 2 for wrong use.`;

const MIB = 1024 * 1024;
/** Candidates between two changes of what is busy, and between two looks at memory. */
const PERIOD = 500;
const BUSY_PVFS = 4;
const BUSY_SHARE = 0.8;
const KILL_EVERY_MS = 1_500;
/** Outcomes that a request may come to when a process of a worker was killed under it. */
const OF_A_KILL = ['possibly-invalid ', 'internal '];
/** What a garbage collector may not have collected yet. */
const NOISE_BYTES = 96 * MIB;
const NUMBERS = { candidates: '50000', pvfs: '20', workers: '2', budget: String(200e6), seed: '1' };

export async function soak(argv) {
  const options = parse(argv);
  if (options === undefined) return 2;
  const directory = options.cache ?? mkdtempSync(join(tmpdir(), 'pvf-soak-'));
  let side;
  try {
    const pvfs = makePvfs(options.pvfs, { runtimes: options.runtimes, own: true, spoiled: true });
    const [programs] = sidesOf({});
    side = await hostSide(programs, pvfs, { ...options, directory, outstanding: 2 * options.workers });
    return await run(side, pvfs, options);
  } catch (error) {
    console.error(`soak: ${error.stack}`);
    return 1;
  } finally {
    await side?.stop();
    if (options.cache === undefined) rmSync(directory, { recursive: true });
  }
}

function parse(argv) {
  try {
    const strings = Object.entries(NUMBERS).map(([name, value]) => [
      name,
      { type: 'string', default: value },
    ]);
    const { values } = parseArgs({
      args: argv,
      options: {
        ...Object.fromEntries(strings),
        kill: { type: 'boolean', default: false },
        runtimes: { type: 'string' },
        cache: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    const numbers = {};
    for (const name of Object.keys(NUMBERS)) {
      numbers[name] = Number(values[name]);
      if (!(Number.isInteger(numbers[name]) && numbers[name] >= 1))
        throw new Error(`--${name} is a whole number from 1`);
    }
    if (!values.help) return { ...values, ...numbers };
  } catch (error) {
    console.error(error.message);
  }
  console.error(USAGE);
  return undefined;
}

async function run(side, pvfs, { candidates, kill, seed }) {
  const random = randomFrom(seed);
  const judge = new Judge(OF_A_KILL);
  const { counts } = judge;
  let kills = 0;
  const looks = [];
  let taken = 0;
  let busy = [];
  const next = () => {
    if (taken >= candidates) return undefined;
    if (taken % PERIOD === 0)
      busy = Array.from({ length: BUSY_PVFS }, () => Math.floor(random() * pvfs.length));
    taken += 1;
    const pvf =
      random() < BUSY_SHARE ? busy[Math.floor(random() * busy.length)] : Math.floor(random() * pvfs.length);
    return [pvf, pvfs[pvf].candidates[Math.floor(random() * pvfs[pvf].candidates.length)], taken];
  };
  const killer = kill
    ? setInterval(() => {
        kills += killOne(side.pids(), random);
      }, KILL_EVERY_MS)
    : undefined;
  const start = performance.now();
  try {
    await Promise.all(
      side.slots.map(async (slot) => {
        for (let work = next(); work !== undefined; work = next()) {
          const [pvf, candidate, number] = work;
          const told = judge.judge(pvfs[pvf].name, candidate, await slot(pvf, candidate));
          if (told !== undefined) console.log(told);
          if (number % PERIOD === 0) {
            looks.push(look(side, number));
            console.log(describe(looks.at(-1), counts, performance.now() - start));
          }
        }
      }),
    );
  } finally {
    clearInterval(killer);
  }
  const grown = growth(looks);
  console.log(
    `${counts.right} as recorded, ${counts.wrong} wrong, ${counts.undecided} undecided, ${kills} processes killed; ${grown ?? 'nothing has grown'}`,
  );
  return grown === undefined && judge.isContent(kills) ? 0 : 1;
}

function look(side, number) {
  const workers = side.pids();
  const below = workers.flatMap((pid) => [pid, ...descendants(pid)]);
  return {
    number,
    hostBytes: process.memoryUsage().rss,
    hostDescriptors: readdirSync('/proc/self/fd').length,
    processes: below.length,
    pssBytes: pssOf(below),
    descriptors: Math.max(0, ...workers.map(descriptorsOf)),
  };
}

function descriptorsOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

function describe(
  { number, hostBytes, hostDescriptors, processes, pssBytes, descriptors },
  { wrong, undecided },
  ms,
) {
  const perSecond = ((1000 * number) / ms).toFixed(1);
  const mib = (bytes) => Math.round(bytes / MIB);
  return `${number} candidates, ${perSecond}/s, ${wrong} wrong, ${undecided} undecided; host ${mib(hostBytes)} MiB, ${hostDescriptors} descriptors; workers ${mib(pssBytes)} MiB in ${processes} processes, at most ${descriptors} descriptors`;
}

/** What is larger at the end than it ever was in the first third, beyond noise. */
function growth(looks) {
  const early = looks.slice(0, Math.ceil(looks.length / 3));
  const late = looks.slice(-Math.ceil(looks.length / 3));
  if (looks.length < 6) return undefined;
  const most = (of, field) => Math.max(...of.map((one) => one[field]));
  const least = (of, field) => Math.min(...of.map((one) => one[field]));
  const grown = [];
  for (const field of ['hostBytes', 'pssBytes'])
    if (least(late, field) > most(early, field) + NOISE_BYTES) grown.push(field);
  for (const field of ['hostDescriptors', 'processes', 'descriptors'])
    if (least(late, field) > most(early, field)) grown.push(field);
  return grown.length === 0 ? undefined : `${grown.join(', ')} has grown`;
}
