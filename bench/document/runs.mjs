// Takes the results: each program in a process of its own, one after the other, on an idle machine.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { busyShare } from '../support/machine.mjs';

const BENCH = fileURLToPath(new URL('..', import.meta.url));
/** What a machine that does nothing else may do by itself. */
const MOST_BUSY_SHARE = 0.15;
const STDERR_KEPT = 2_000;

/**
 * The programs with what they are told: `full` for figures, `quick` to see that everything works; and which of the options that
 * name folders they take. In the order of the page.
 */
export const RUNS = [
  run(
    'mixed',
    ['reference', 'reference-host', 'runtimes', 'cache'],
    '--candidates 3000',
    '--pvfs 3 --candidates 30',
  ),
  run('throughput', ['reference', 'reference-host', 'runtimes', 'cache'], [], '--candidates 40 --warm-up 1'),
  run('overhead', ['reference', 'reference-host'], '--candidates 1000', '--candidates 20 --warm-up 3'),
  run('breakdown', [], [], '--candidates 20 --warm-up 10'),
  run('host', ['reference', 'reference-host', 'runtimes', 'cache'], [], '--candidates 10 --warm-up 4'),
  run('execute', ['reference', 'runtimes', 'cache'], [], '--rounds 1 --warm-up 2 --only shell'),
  run('pov', ['reference', 'reference-host', 'runtimes'], [], '--candidates 4 --warm-up 1 --rounds 1'),
  run('prepare', ['reference', 'runtimes'], [], '--rounds 1'),
  run('start', ['against'], [], '--starts 2 --warm-up 1'),
  run(
    'scaling',
    ['reference', 'reference-host', 'runtimes', 'cache'],
    [],
    '--rounds 2 --warm-up 0 --of pov,workers,queue',
  ),
];

function run(name, takes, full, quick) {
  const words = (text) => (typeof text === 'string' ? text.split(' ') : text);
  return { name, takes, full: words(full), quick: words(quick) };
}

/**
 * Runs the programs and puts what they print into the folder, file by file. A program that fails leaves the file that was there.
 *
 * @returns the names of those that failed, whose words are on standard error
 */
export async function takeResults(folder, options) {
  const wanted = options.only?.split(',');
  const runs = RUNS.filter(({ name }) => wanted === undefined || wanted.includes(name));
  // Artifacts are the same for all programs: what is prepared for one need not be for the next.
  const cache = options.cache ?? mkdtempSync(join(tmpdir(), 'pvf-bench-document-'));
  const failed = [];
  try {
    for (const { name, takes, full, quick } of runs) {
      if (!options.busy && !options.quick) await untilIdle(options.idleWithin);
      const given = { ...options, cache };
      const folders = takes.flatMap((option) => {
        const value = given[option.replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase())];
        return value === undefined ? [] : [`--${option}`, value];
      });
      const begun = performance.now();
      const { status, output, words } = await runProgram(name, [
        ...(options.quick ? quick : full),
        ...folders,
      ]);
      const seconds = ((performance.now() - begun) / 1000).toFixed(0);
      if (status === 0) {
        writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(JSON.parse(output), null, 1)}\n`);
        console.error(`${name}: measured in ${seconds} s`);
      } else {
        failed.push(name);
        console.error(`${name}: ended with ${status} after ${seconds} s\n${words}`);
      }
    }
  } finally {
    if (options.cache === undefined) rmSync(cache, { recursive: true, force: true });
  }
  return failed;
}

function runProgram(name, argv) {
  const program = join(BENCH, `${name}.mjs`);
  if (!existsSync(program)) throw new Error(`there is no ${program}`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, '--json', ...argv], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = [];
    let words = '';
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => {
      words = (words + chunk).slice(-STDERR_KEPT);
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ status: signal ?? code, output: Buffer.concat(output).toString('utf8'), words });
    });
  });
}

/** @throws Error when the machine is not idle in time */
async function untilIdle(seconds) {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const share = await busyShare();
    if (share <= MOST_BUSY_SHARE) return;
    if (performance.now() >= deadline)
      throw new Error(
        `this machine is not idle: its processors have been busy for ${Math.round(100 * share)} % of the last second. ` +
          'End what runs on it, or say --busy for figures that mean little',
      );
  }
}
