import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ComponentError } from '../errors.ts';
import { errorText } from './split.ts';

/** What the merged modules may use until they are lowered. */
const INPUT_FEATURES = [
  'mutable-globals',
  'sign-ext',
  'nontrapping-float-to-int',
  'bulk-memory',
  'bulk-memory-opt',
  'reference-types',
  'multivalue',
];
/** Reference types stand for several tables, which are gone once calls through all but one are direct. */
const OUTPUT_FEATURES = ['mutable-globals', 'reference-types'];

/** Binaryen's programs need more than Node gives by default for modules of many megabytes. */
const HEAP_MEGABYTES = 1_200;

/** Makes one module of several that import from each other by the names given here. */
export function wasmMerge(
  toolchain: string,
  files: readonly [path: string, name: string][],
  output: string,
): void {
  run(toolchain, 'wasm-merge', [...files.flat(), '-o', output, ...features(INPUT_FEATURES)]);
}

/**
 * Drops what nothing reaches and makes calls through constant table entries direct, so that the tables that component
 * tools use to tie knots go. No other pass: nothing that would change what the code computes or how deep it may recurse.
 */
export function wasmOpt(toolchain: string, input: string, output: string): void {
  run(toolchain, 'wasm-opt', [
    input,
    '-o',
    output,
    ...features(OUTPUT_FEATURES),
    '--directize',
    '--remove-unused-module-elements',
  ]);
}

function features(names: readonly string[]): string[] {
  return ['--mvp-features', ...names.map((name) => `--enable-${name}`)];
}

function run(toolchain: string, program: string, args: readonly string[]): void {
  const path = join(toolchain, 'binaryen/bin', program);
  const { status, signal, stderr, error } = spawnSync(
    process.execPath,
    [`--max-old-space-size=${HEAP_MEGABYTES}`, path, ...args],
    { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', maxBuffer: 1 << 24, env: {} },
  );
  if (status === 0) return;
  const message = errorText(error ?? (stderr.trim() || `ended with ${signal ?? status}`));
  throw new ComponentError('INVALID', { tool: program, message }, `${program} gives up: ${message}`);
}
