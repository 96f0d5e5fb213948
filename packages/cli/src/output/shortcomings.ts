import type { ModuleInterface } from '@pvf/executor';
import { type ExecutorParams, executorSemantics } from '@pvf/protocol';
import { componentLines, componentReport } from './component.ts';

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
  const { decompressBlob, readInterface } = await import('@pvf/executor');
  try {
    const module = decompressBlob(code, INSPECTION_LIMIT_BYTES);
    const component = await componentReport(module);
    if (component !== undefined) return componentLines(component, file);
    return shortcomingsOf(readInterface(module), params);
  } catch {
    return [];
  }
}

const INSPECTION_LIMIT_BYTES = 128 * 1024 * 1024;

export function shortcomingsOf(
  { exports, imports, memory }: ModuleInterface,
  params: ExecutorParams,
): string[] {
  const found: string[] = [];
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
  const { maximumPages } = executorSemantics(params);
  if (memory !== undefined && memory.minimum > maximumPages) {
    found.push(
      `it wants ${memory.minimum} pages of memory at start, but ${maximumPages} is the limit (MaxMemoryPages)`,
    );
  }
  return found;
}
