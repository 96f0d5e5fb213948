// `npm run hostile`: runs the whole suite and prints the table of docs/security.md; `-- --write` puts it there. Ends with
// status 1 when anything is not as expected.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { landlockAbi } from '@pvf/sandbox-linux';
import { GROUPS } from './attempts/index.ts';
import { surprises } from './check.ts';
import { EXPECTED } from './expected.ts';
import { ALL_MODES, CONTROL, FILTERED_MODES, type SingleLayer } from './modes.ts';
import { PERMITTED } from './permitted.ts';
import { takeOver } from './take-over.ts';
import { USERS } from './users.ts';
import { type Fate, fateOf } from './verdicts.ts';

const DOCUMENT = join(import.meta.dirname, '../../../../docs/security.md');
const BEGIN = '<!-- hostile suite: begin -->';
const END = '<!-- hostile suite: end -->';

/** By attempt, mode and user. */
const fates = new Map<string, Fate[]>();
const key = (attempt: string, mode: string): string => `${mode}\n${attempt}`;
const fatesOf = (attempt: string, mode: string): readonly Fate[] => fates.get(key(attempt, mode)) ?? [];

const counts: string[] = [];
const unexpected: string[] = [];
for (const mode of ALL_MODES) {
  const cells: string[] = [];
  for (const { name: user, uid } of USERS) {
    const outcomes = takeOver(mode, 'attempts', uid);
    for (const outcome of outcomes) {
      const place = key(outcome.name, mode.name);
      fates.set(place, [...(fates.get(place) ?? []), fateOf(outcome)]);
    }
    if (mode !== CONTROL)
      unexpected.push(...surprises(mode, outcomes).map((what) => `${mode.name}, ${user}: ${what}`));
    const of = (fate: Fate): number => outcomes.filter((outcome) => fateOf(outcome) === fate).length;
    cells.push(`${of('killed')} / ${of('refused') + of('ended')} / ${of('done')}`);
  }
  counts.push(`| ${mode.name} | ${cells.join(' | ')} |`);
  console.error(`${mode.name}: ${cells.join('; ')}`);
}

const LAYER_WORDS: Readonly<Record<SingleLayer, string>> = {
  namespaces: 'namespaces',
  landlock: 'Landlock',
  landlock1: 'Landlock',
  landlock4: 'Landlock',
  limits: 'limits',
  privileges: 'privileges',
};

/** Layers that stop it alone; Landlock with the ABI that is known to be enough. */
function layersOf(name: string): string {
  const { alone } = EXPECTED[name]!;
  const landlock = alone.includes('landlock1') ? '' : alone.includes('landlock4') ? ' (ABI 4)' : ' (ABI 6)';
  const words = alone
    .filter((layer) => layer !== 'landlock1' && layer !== 'landlock4')
    .map((layer) => LAYER_WORDS[layer] + (layer === 'landlock' ? landlock : ''));
  return ['filter', ...words].join(', ');
}

function rowOf(name: string): string {
  const { harmless } = EXPECTED[name]!;
  const works = fatesOf(name, CONTROL.name).includes('done') ? 'yes' : 'no';
  const permitted = PERMITTED.find(
    (entry) => entry.names.includes(name) && entry.modes.some((mode) => mode === FILTERED_MODES[0]),
  );
  const by = permitted?.by ?? layersOf(name);
  return `| ${name} | ${works} | ${by} | ${harmless ?? ''} |`;
}

const users = USERS.map(({ name }) => name);
const table = [
  `Run on Linux with Landlock ABI ${landlockAbi()}, Node ${process.versions.node}, ${process.arch}: ${Object.keys(EXPECTED).length} attempts in ${ALL_MODES.length} modes.`,
  '',
  `| Mode: killed / refused / done | ${users.join(' | ')} |`,
  `|---|${users.map(() => '---|').join('')}`,
  ...counts,
  ...GROUPS.flatMap(({ title, attempts }) => [
    '',
    `### ${title}`,
    '',
    '| Attempt | Works without layers | Stopped by each of | Without the filter it may succeed: |',
    '|---|---|---|---|',
    ...attempts.map(({ name }) => rowOf(name)),
  ]),
  '',
  '### What the filter lets pass',
  '',
  '| Attempt | Where | Why |',
  '|---|---|---|',
  ...PERMITTED.map(
    ({ names, modes, why }) =>
      `| ${names.join('; ')} | ${modes.map(({ name }) => name).join('; ')} | ${why} |`,
  ),
].join('\n');

if (process.argv.includes('--write')) {
  const document = readFileSync(DOCUMENT, 'utf8');
  const before = document.slice(0, document.indexOf(BEGIN) + BEGIN.length);
  writeFileSync(DOCUMENT, `${before}\n${table}\n${document.slice(document.indexOf(END))}`);
} else console.log(table);
for (const line of unexpected) console.error(`unexpected: ${line}`);
process.exitCode = unexpected.length > 0 ? 1 : 0;
