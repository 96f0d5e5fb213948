// Runs `pvf precheck` with what the action was given, and writes summary, annotations and outputs. Ends with the exit
// code of pvf.
import { spawnSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { env } = process;
const NO_VERDICT = 70;
/** Reports of many runtimes. Bytes. */
const MOST_OUTPUT = 64 * 1024 * 1024;

const files = (env.PVF_RUNTIME ?? '')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '');
const json = join(env.RUNNER_TEMP, 'pvf-precheck.json');
const junit = join(env.RUNNER_TEMP, 'pvf-precheck.xml');
const args = ['precheck', '--json', '--quiet', '--junit', junit];
if (env.PVF_CHAIN) args.push('--chain', env.PVF_CHAIN);
if (env.PVF_EXECUTOR_PARAMS) args.push('--executor-params', env.PVF_EXECUTOR_PARAMS);
if (env.PVF_STRICT === 'true') args.push('--strict');
if (env.PVF_INSECURE === 'true') args.push('--insecure');

// What begins with a dash would be an option.
const { status, stdout, stderr, error } = spawnSync(env.PVF, [...args, '--', ...files], {
  encoding: 'utf8',
  maxBuffer: MOST_OUTPUT,
});
process.stderr.write(stderr ?? '');
const exitCode = error === undefined ? (status ?? NO_VERDICT) : NO_VERDICT;
const report = parse(stdout) ?? {
  error: { message: error?.message ?? 'pvf said nothing', remedy: 'see the log' },
};
writeFileSync(json, JSON.stringify(report, null, 2));
append(env.GITHUB_STEP_SUMMARY, summary(report));
append(env.GITHUB_OUTPUT, `exit-code=${exitCode}\njson=${json}\njunit=${junit}\n`);
for (const line of annotations(report)) console.log(line);
process.exitCode = exitCode;

function summary({ error: failure, pvfs = [], parameters }) {
  if (failure !== undefined)
    return `### PVF precheck: not done\n\n${text(failure.message)}\n\n${text(failure.remedy ?? '')}\n`;
  const rows = pvfs.map(({ file, outcome, usage, shortcomings }) => {
    const cells = [
      code(file),
      outcome.kind === 'ok' ? '✅ accepted' : outcome.kind === 'failed' ? '❌ rejected' : '❔ not decided',
      share(usage.code),
      share(usage.decompressed),
      share(usage.cpuMs),
      usage.memory === undefined ? '' : `${(usage.memory.used / 2 ** 20).toFixed(0)} MiB`,
      String(shortcomings.length),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const notes = pvfs.flatMap(({ file, outcome, shortcomings }) => [
    ...(outcome.kind === 'ok' ? [] : [`- ${code(file)}: ${text(outcome.message ?? outcome.kind)}`]),
    ...shortcomings.map((warning) => `- ${code(file)}: warning: ${text(warning)}`),
  ]);
  const assumed = parameters.executorParams.given
    ? []
    : ['Executor params were assumed to be none: give `chain` or `executor-params`.'];
  return [
    '### PVF precheck',
    '',
    '| runtime | precheck | code | unpacked | CPU | memory | warnings |',
    '|---|---|--:|--:|--:|--:|--:|',
    ...rows,
    '',
    ...notes,
    ...assumed,
    '',
  ].join('\n');
}

function annotations({ error: failure, pvfs = [] }) {
  if (failure !== undefined) return [`::error title=PVF precheck::${data(failure.message)}`];
  return pvfs.flatMap(({ file, outcome, shortcomings }) => [
    ...(outcome.kind === 'ok'
      ? []
      : [`::error file=${property(file)},title=PVF precheck::${data(outcome.message ?? outcome.kind)}`]),
    ...shortcomings.map((warning) => `::warning file=${property(file)},title=PVF precheck::${data(warning)}`),
  ]);
}

function share(used) {
  return used === undefined ? '' : `${((100 * used.used) / used.limit).toFixed(1)} %`;
}

/** Texts may come from a runtime: nothing in them is Markdown or HTML. */
function text(value) {
  return value.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|!&@]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function code(value) {
  return `<code>${text(value)}</code>`;
}

/** Values of workflow commands: https://github.com/actions/toolkit, docs/commands.md. */
function data(value) {
  return value.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function property(value) {
  return data(value).replace(/:/g, '%3A').replace(/,/g, '%2C');
}

function parse(output) {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

function append(path, contents) {
  if (path) appendFileSync(path, contents);
}
