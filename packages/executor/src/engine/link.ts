import { HOST_FUNCTION_SIGNATURES } from '../host-functions/index.ts';
import type { ImportShape } from './shape.ts';

/** Why a module cannot be constructed although it compiled: the reference's RuntimeConstruction. */
export class ConstructionError extends Error {
  override readonly name = 'ConstructionError';
}

/** A call to an import that nobody provides; a trap. */
export class MissingFunctionError extends Error {
  override readonly name = 'MissingFunctionError';
  readonly importName: string;
  /** What the guest called it with. */
  readonly args: readonly unknown[];
  constructor(importName: string, args: readonly unknown[] = []) {
    super(`call to a missing function env:${importName}`);
    this.importName = importName;
    this.args = args;
  }
}

/**
 * Names of the host functions that the module uses, once every import is known to be linkable: all are functions of
 * module `env`, known ones with their own signature, unknown ones always with the same signature (the reference
 * registers a trapping stub of the first signature it meets).
 *
 * @throws ConstructionError for the first import, in the module's order, that cannot be linked
 */
export function checkImports(imports: readonly ImportShape[], eccEnabled: boolean): ReadonlySet<string> {
  const used = new Set<string>();
  const stubs = new Map<string, string>();
  for (const { module, kind, name, signature } of imports) {
    if (module !== 'env') throw new ConstructionError(`import ${module}:${name} is not from module 'env'`);
    if (kind !== 'function') throw new ConstructionError(`import env:${name} is a ${kind}, not a function`);
    const known = HOST_FUNCTION_SIGNATURES.get(name);
    if (known !== undefined && (eccEnabled || !known.eccOnly)) used.add(name);
    else if (!stubs.has(name)) stubs.set(name, signature!);
  }
  for (const { name, signature } of imports) {
    const known = used.has(name) ? HOST_FUNCTION_SIGNATURES.get(name)! : undefined;
    const expected =
      known === undefined ? stubs.get(name)! : `${known.params.join()}->${known.results.join()}`;
    if (signature !== expected) {
      throw new ConstructionError(`import env:${name} has type ${signature}, but the host's is ${expected}`);
    }
  }
  return used;
}

/** The import object of an instance: host functions, and a trap for everything else. */
export function importObject(
  imports: readonly ImportShape[],
  hostFunctions: Readonly<Record<string, WebAssembly.ExportValue>>,
): Record<string, WebAssembly.ExportValue> {
  // Names come from the guest: no prototype may answer for them.
  const env: Record<string, WebAssembly.ExportValue> = Object.create(null);
  for (const { name } of imports) {
    env[name] ??= Object.hasOwn(hostFunctions, name)
      ? hostFunctions[name]!
      : (...args: unknown[]) => {
          throw new MissingFunctionError(name, args);
        };
  }
  return env;
}
