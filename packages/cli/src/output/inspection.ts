import type { ModuleImport, ModuleReport, Size } from '@pvf/executor';
import { oneLine } from './outcomes.ts';
import { bytes } from './units.ts';

/** Lines for a person. */
export function inspectionLines(report: ModuleReport, fileBytes: number): string[] {
  const { memory, table, functions, stackCosts, rejection } = report;
  const size =
    fileBytes === report.bytes ? bytes(fileBytes) : `${bytes(report.bytes)} (${bytes(fileBytes)} compressed)`;
  return [
    `size       ${size}`,
    `functions  ${functions.defined} defined, ${functions.imported} imported; ${report.globals} globals`,
    `memory     ${memory === undefined ? 'none' : `${pages(memory)}${memory.imported ? ', imported' : ''}`}`,
    `table      ${table === undefined ? 'none' : `${range(table)} entries`}`,
    ...(report.start === undefined ? [] : [`start      function ${report.start}`]),
    `features   ${list(report.features)}`,
    ...(report.declaredFeatures.length > 0 ? [`declared   ${list(report.declaredFeatures)}`] : []),
    '',
    'exports',
    ...report.exports.map((entry) => `  ${entry.kind.padEnd(8)}  ${shown(entry.name)}${typeText(entry)}`),
    '',
    'imports',
    ...importLines(report.imports),
    '',
    'sections                        offset       bytes  entries',
    ...report.sections.map(sectionLine),
    '',
    `most expensive functions of the logical stack (limit ${stackCosts.limit} values)`,
    ...stackCosts.top.map(({ functionIndex, name, cost, exceedsLimit }) => {
      const note = exceedsLimit ? '  EXCEEDS THE LIMIT: calling it always traps' : '';
      return `  ${String(cost).padStart(6)}  function ${functionIndex}${name === undefined ? '' : ` ${shown(name)}`}${note}`;
    }),
    '',
    rejection === undefined
      ? 'prevalidation and rewriting accept it'
      : `REJECTED at ${rejection.code === 'PREVALIDATION' ? 'prevalidation' : 'preparation'}: ${oneLine(rejection.message)}`,
  ];
}

function importLines(imports: ModuleReport['imports']): string[] {
  const groups = new Map<string, string[]>();
  for (const entry of imports) {
    const group = entry.class ?? 'unknown';
    groups.set(group, [...(groups.get(group) ?? []), importName(entry)]);
  }
  if (groups.size === 0) return ['  none'];
  // What works comes first.
  const order = [...groups].sort(([a], [b]) => Number(a.includes('(')) - Number(b.includes('(')));
  return order.flatMap(([group, names]) => [`  ${group}`, ...names.map((name) => `    ${name}`)]);
}

function importName(entry: ModuleImport): string {
  const module = entry.module === 'env' ? '' : `${shown(entry.module)}.`;
  return `${module}${shown(entry.name)}${entry.kind === 'function' ? typeText(entry) : ` (${entry.kind})`}`;
}

function typeText(entry: { kind: string } | ModuleImport): string {
  if (!('type' in entry) || entry.type === undefined) return '';
  return ` (${entry.type.params.join(', ')}) -> (${entry.type.results.join(', ')})`;
}

function sectionLine({
  section,
  name,
  offset,
  bytes: length,
  entries,
}: ModuleReport['sections'][number]): string {
  const title = name === undefined ? section : `${section} ${shown(name)}`;
  const row = `  ${title.padEnd(24)} ${String(offset).padStart(11)} ${String(length).padStart(11)}`;
  return entries === undefined ? row : `${row} ${String(entries).padStart(8)}`;
}

function pages(size: Size): string {
  return `${range(size)} pages of 64 KiB`;
}

function range({ minimum, maximum }: Size): string {
  return maximum === undefined ? `${minimum}` : `${minimum} to ${maximum}`;
}

function list(words: readonly string[]): string {
  return words.length === 0 ? 'none beyond plain integer code' : words.map(shown).join(', ');
}

/** Names in a module may hold anything. */
function shown(name: string): string {
  return oneLine(name);
}
