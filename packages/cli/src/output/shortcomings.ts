import type { ModuleInterface } from '@pvf/executor';
import { type ExecutorParams, executorSemantics } from '@pvf/protocol';
import { componentLines, componentReport } from './component.ts';
import type { PrecheckUsage } from './precheck-table.ts';
import { bytes, percent } from './units.ts';

/** From this share of a limit on, the next release may be above it. */
const NEAR_LIMIT = 0.8;

/** Names shown of a long list. */
const NAMES_SHOWN = 5;

/** Warnings of code that has little room left below what the chain takes. */
export function codeNearLimit({ code, decompressed }: PrecheckUsage): string[] {
  const found: string[] = [];
  for (const [what, used, remedy] of [
    ['code', code, 'a chain may allow more or less: --max-code-size'],
    ['decompressed code', decompressed, 'the limit is the chain’s: --bomb-limit'],
  ] as const) {
    if (used === undefined || used.used < NEAR_LIMIT * used.limit) continue;
    const where = used.used > used.limit ? 'is above its limit' : 'is near its limit';
    found.push(
      `its ${what} ${where}: ${bytes(used.used)} of ${bytes(used.limit)} (${percent(used)}); ${remedy}`,
    );
  }
  return found;
}

const REQUIRED = ['memory', '__heap_base', 'validate_block'] as const;

/**
 * What keeps a module from ever validating a candidate although a precheck may accept it, each with its remedy. Empty
 * for code that cannot be read: then its preparation has failed and says so.
 */
export async function shortcomings(
  code: Uint8Array,
  params: ExecutorParams,
  file: string,
): Promise<string[]> {
  // Not imported above: only a fraction of the commands need it.
  const { decompressBlob, HOST_FUNCTION_SIGNATURES, readInterface } = await import('@pvf/executor');
  try {
    const module = decompressBlob(code, INSPECTION_LIMIT_BYTES);
    const component = await componentReport(module);
    if (component !== undefined) return componentLines(component, file);
    const known = (name: string) => HOST_FUNCTION_SIGNATURES.get(name)?.kind;
    return shortcomingsOf(readInterface(module), params, known);
  } catch {
    return [];
  }
}

/** Of decompressed code that is looked into. */
export const INSPECTION_LIMIT_BYTES = 128 * 1024 * 1024;

/**
 * @param known the kind of a host function, undefined for one that there is not
 */
export function shortcomingsOf(
  { exports, imports, memory, functions }: ModuleInterface,
  params: ExecutorParams,
  known: (name: string) => string | undefined,
): string[] {
  const found: string[] = [];
  if (functions.defined === 0 && exports.length === 0) {
    found.push('it is an empty module: no function, no export; was the right file given?');
  }
  for (const name of REQUIRED) {
    const kind = name === 'memory' ? 'memory' : name === 'validate_block' ? 'function' : 'global';
    const entry = exports.find((candidate) => candidate.name === name);
    const imported = name === 'memory' && memory?.imported === true;
    if (entry === undefined && !imported) {
      found.push(
        `it exports no \`${name}\`, so no candidate can be valid: is it built as a parachain runtime?`,
      );
    } else if (entry !== undefined && entry.kind !== kind) {
      found.push(
        `its export \`${name}\` is a ${entry.kind} instead of a ${kind}, so no candidate can be valid`,
      );
    }
  }
  const entry = exports.find(({ name }) => name === 'validate_block');
  if (entry?.kind === 'function' && entry.type !== undefined) {
    const type = `(${entry.type.params.join(', ')}) -> ${entry.type.results.join(', ')}`;
    if (type !== '(i32, i32) -> i64') {
      found.push(`its \`validate_block\` has the type ${type} instead of (i32, i32) -> i64`);
    }
  }
  for (const { module, name, kind } of imports) {
    if (module !== 'env')
      found.push(`it imports ${module}.${name}: only module "env" is offered, so it cannot start`);
    else if (kind === 'table' || kind === 'global')
      found.push(`it imports the ${kind} env.${name}: it cannot start`);
  }
  const traps = imports.filter(
    ({ module, name, kind }) => module === 'env' && kind === 'function' && isTrap(name, known(name)),
  );
  if (traps.length > 0) {
    const names = traps
      .slice(0, NAMES_SHOWN)
      .map(({ name }) => name.replace(/[^\x21-\x7e]/g, '�').slice(0, 80));
    const more = traps.length > NAMES_SHOWN ? ` and ${traps.length - NAMES_SHOWN} more` : '';
    found.push(
      `it imports what relay chains do not offer and what traps when called: ${names.join(', ')}${more}; ` +
        'a block that comes to such a call is invalid',
    );
  }
  const { maximumPages } = executorSemantics(params);
  if (memory !== undefined && memory.minimum > maximumPages) {
    found.push(
      `it wants ${memory.minimum} pages of memory at start, but ${maximumPages} is the limit (MaxMemoryPages)`,
    );
  }
  return found;
}

/**
 * Host functions of block authors, which every runtime built with cumulus imports and no validate_block calls: that they
 * trap is as it should be.
 */
const OF_BLOCK_AUTHORS =
  /^ext_(storage|default_child_storage|offchain|offchain_index|transaction_index|storage_proof_size|statement_store|wasm_tracing|sandbox|panic_handler)_/;

function isTrap(name: string, kind: string | undefined): boolean {
  return kind === undefined && !OF_BLOCK_AUTHORS.test(name);
}
