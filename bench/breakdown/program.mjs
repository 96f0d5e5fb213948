// One candidate of the example PVF through a host, stage by stage, as the kernel sees it: perf records the system calls, forks and
// ends of the host, its worker, template and jobs with their time. What a job does between two calls is told apart by marks that a
// copy of the worker makes (`instrumented.mjs`). The first candidates of other PVFs, for which a template is made, likewise.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { show } from '../support/comparison.mjs';
import { count } from '../support/options.mjs';
import { summaryOf } from '../support/statistics.mjs';
import { FIELDS, parseEvents, TRACEPOINTS } from './events.mjs';
import { makeInstrumentedWorker } from './instrumented.mjs';
import { AHEAD, FIRST, firstStagesOf, stagesOf, Trace, USUAL } from './stages.mjs';

const TRACED = fileURLToPath(new URL('traced.mjs', import.meta.url));
const run = promisify(execFile);
const MOST_OUTPUT_BYTES = 2 ** 30;
const NS_PER_MS = 1e6;
const US_PER_MS = 1e3;
/** With fewer of the candidates recognised, what is left says nothing about the others. */
const LEAST_SHARE = 0.8;

export const name = 'breakdown';
export const about =
  'One candidate of the example PVF through a host, stage by stage, to the microsecond. Needs root, x64, and `perf` (linux-perf) for this kernel.';
export const options = {
  candidates: count(300, 'that are looked at'),
  'warm-up': count(200, 'before them that are not'),
  firsts: count(20, 'PVFs whose first candidate is looked at'),
};

export async function measure({ candidates, warmUp, firsts }) {
  checkPerf();
  const directory = mkdtempSync(join(tmpdir(), 'pvf-bench-breakdown-'));
  try {
    const args = [candidates, warmUp, firsts, join(directory, 'artifacts')].map(String);
    // As it is: how long a candidate takes while nobody looks.
    const plain = JSON.parse((await run(process.execPath, [TRACED, ...args])).stdout);
    const traced = await record(directory, [TRACED, ...args, makeInstrumentedWorker(directory)]);
    const trace = new Trace(traced.events, traced.told);
    const usual = traced.told.usual.map((span) => stagesOf(trace, span));
    const first = traced.told.first.map((span) => firstStagesOf(trace, span));
    return {
      pvf: 'adder',
      usual: summarise(
        USUAL,
        usual.map((one) => one?.usual),
      ),
      ahead: summarise(
        AHEAD,
        usual.map((one) => one?.ahead),
      ),
      first: summarise(FIRST, first),
      tracedMs: { usual: wallOf(traced.told.usual), first: wallOf(traced.told.first) },
      untracedMs: { usual: wallOf(plain.usual), first: wallOf(plain.first) },
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function checkPerf() {
  if (process.arch !== 'x64') throw new Error('it knows the numbers of system calls on x64 alone');
  if (process.getuid?.() !== 0) throw new Error('only root may record the system calls of workers');
  try {
    execFileSync('perf', ['stat', '-e', 'raw_syscalls:sys_enter', 'true'], { stdio: 'pipe' });
  } catch (error) {
    const why = error.stderr?.toString().trim().split('\n', 1)[0] || error.message;
    throw new Error(`perf cannot record system calls here (${why}): install it for this kernel (linux-perf)`);
  }
}

/** Runs the program under perf. @returns what it has told, and what was seen */
async function record(directory, argv) {
  const file = join(directory, 'perf.data');
  const events = ['-e', TRACEPOINTS.join(',')];
  const recorded = await run(
    'perf',
    [
      'record',
      '-q',
      '-k',
      'CLOCK_MONOTONIC',
      '-m',
      '4M',
      '-o',
      file,
      ...events,
      '--',
      process.execPath,
      ...argv,
    ],
    { maxBuffer: MOST_OUTPUT_BYTES },
  );
  const script = await run('perf', ['script', '-i', file, '--ns', '-F', FIELDS], {
    maxBuffer: MOST_OUTPUT_BYTES,
  });
  return { told: JSON.parse(recorded.stdout), events: parseEvents(script.stdout) };
}

/** @param all of each candidate the length of each stage, microseconds, or undefined */
function summarise(stages, all) {
  const known = all.filter((one) => one !== undefined);
  if (known.length < LEAST_SHARE * all.length)
    throw new Error(
      `of ${all.length} candidates ${known.length} were recognised in the trace: what workers do has changed, or events were lost`,
    );
  return stages.map(([stage, process, what], i) => ({
    stage,
    process,
    what,
    micros: summaryOf(known.map((lengths) => lengths[i])),
  }));
}

function wallOf(spans) {
  return summaryOf(spans.map(([from, to]) => (to - from) / NS_PER_MS));
}

export function tables({ usual, ahead, first, tracedMs, untracedMs }) {
  const table = (title, stages, traced, untraced) => {
    const sum = stages.reduce((all, { micros }) => all + micros.median, 0);
    return {
      title,
      rows: stages.map(({ stage, process, what, micros }) => ({
        stage,
        process,
        'median µs': show(micros.median, 0),
        'p10 µs': show(micros.p10, 0),
        'p90 µs': show(micros.p90, 0),
        share: `${show((100 * micros.median) / sum, 0)} %`,
        what,
      })),
      notes: [
        `sum of the medians ${show(sum / US_PER_MS)} ms` +
          (traced &&
            `; a candidate took ${show(traced.median)} ms while traced, ${show(untraced.median)} ms otherwise (medians)`),
      ],
    };
  };
  return [
    table('a candidate of the example PVF, whose job waits for it', usual, tracedMs.usual, untracedMs.usual),
    table('done ahead for it, while the host makes up its mind about the one before', ahead, ''),
    table('the first candidate of a PVF', first, tracedMs.first, untracedMs.first),
  ];
}
