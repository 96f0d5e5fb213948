// Tries slips: each in a copy, with the suites that own the code.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A suite that takes longer hangs: that is noticed, too. */
const SUITE_LIMIT_MS = 15 * 60_000;
const BUILD_LIMIT_MS = 5 * 60_000;

/**
 * What became of a slip. `caught`: a suite failed; `survived`: all passed; `unbuildable`: it is no slip but nonsense;
 * `unusable`: a suite fails without it.
 *
 * @typedef {{ id: string, file: string, outcome: 'caught' | 'survived' | 'unbuildable' | 'unusable', by: string, seconds: number, survives?: string }} Tried
 */

/** @param {(result: Tried) => void} onTried */
export async function tryAll(copies, slips, { baseline }, onTried) {
  const waiting = [...slips];
  const sound = new Map();
  const work = async (copy) => {
    for (let slip = waiting.shift(); slip !== undefined; slip = waiting.shift()) {
      const begun = performance.now();
      const result = await tryOne(copy, slip, baseline ? sound : undefined);
      const { id, file, survives } = slip;
      const seconds = Math.round((performance.now() - begun) / 100) / 10;
      onTried({ id, file, ...result, seconds, ...(survives === undefined ? {} : { survives }) });
    }
  };
  await Promise.all(copies.map(work));
}

async function tryOne(copy, slip, sound) {
  for (const suite of sound === undefined ? [] : slip.suites) {
    const key = suite.join(' ');
    // Two copies may both run it: rarely, and at no harm.
    if (!sound.has(key)) sound.set(key, await failureOf(copy, suite));
    // On a busy machine a suite may fail for want of time, once.
    if (sound.get(key) !== undefined) sound.set(key, await failureOf(copy, suite));
    const failure = sound.get(key);
    if (failure !== undefined) return { outcome: 'unusable', by: `${key}: ${failure}` };
  }
  const undo = copy.apply(slip);
  try {
    const output =
      (slip.assembly === undefined ? undefined : await compile(copy, slip.assembly)) ??
      (await firstOf(slip.builds, (name) => build(copy, name)));
    if (output !== undefined) return { outcome: 'unbuildable', by: output.trim().split('\n').at(-1) };
    for (const suite of slip.suites) {
      const failure = await failureOf(copy, suite);
      if (failure !== undefined) return { outcome: 'caught', by: `${suite[0]}: ${failure}` };
    }
    return { outcome: 'survived', by: '' };
  } finally {
    copy.endLeftovers();
    undo();
  }
}

/** Without declarations, which nothing here reads. Returns what it says if it fails. */
async function build(copy, name) {
  const { status, output } = await copy.run(name, ['node_modules/tsup/dist/cli-default.js'], BUILD_LIMIT_MS);
  return status === 0 ? undefined : output;
}

/** The one module of @pvf/executor that was changed, into the source that the tests use. */
async function compile(copy, entry) {
  const argv = ['scripts/build-assembly.mjs', '--only', entry];
  const { status, output } = await copy.run('executor', argv, BUILD_LIMIT_MS);
  return status === 0 ? undefined : output;
}

/** The first test that fails; undefined if all pass. */
async function failureOf(copy, [name, ...argv]) {
  const report = join(copy.path, 'report.json');
  rmSync(report, { force: true });
  const vitest = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--bail=1',
    '--reporter=json',
    `--outputFile=${report}`,
  ];
  const { status, output } = await copy.run(name, [...vitest, ...argv], SUITE_LIMIT_MS);
  if (status === 0) return undefined;
  if (status === 'late') return 'hangs';
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    // Files that were cut short by another one's failure are called failed, too.
    for (const file of testResults) {
      const test = file.assertionResults.find((each) => each.status === 'failed');
      if (test !== undefined) return `${inPackage(file)} > ${test.fullName}`;
    }
    const broken = testResults.find((file) => file.status === 'failed' && file.message !== '');
    return `${inPackage(broken)}: ${broken.message.split('\n')[0]}`;
  } catch {
    return output.trim().split('\n').at(-1) ?? `ended with ${status}`;
  }
}

async function firstOf(names, run) {
  for (const name of names) {
    const output = await run(name);
    if (output !== undefined) return output;
  }
  return undefined;
}

const inPackage = ({ name }) => name.slice(name.indexOf('/test/') + 1);
