import { createRequire, isBuiltin } from 'node:module';
import { getAsset } from 'node:sea';
import { compileFunction, constants } from 'node:vm';

/** Runs a program that lies in this one as an asset, with the arguments that this one has from `skipped` on. */
export function runAsset(name: string, skipped = 0): void {
  process.argv.splice(2, skipped);
  const program = compileFunction(getAsset(name, 'utf8'), ['require', 'module', 'exports'], {
    filename: name,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const module = { exports: {} };
  program(builtin, module, module.exports);
}

/** What lies beside the program is no part of it. */
function builtin(name: string): unknown {
  if (isBuiltin(name)) return createRequire(process.execPath)(name);
  throw Object.assign(new Error(`there is no module ${name} in this program`), { code: 'MODULE_NOT_FOUND' });
}
