// What the reference's worker programs make of code behind instructions that never fall through, recorded by
// verify/differential/record-dead-code.mjs: the stack limit from which on a guest returns, or the error of its preparation.
import { expect, test } from 'vitest';
import { RewriteError, rewriteModule } from '../../src/wasm/index.ts';
import recorded from './recorded/dead-code.json' with { type: 'json' };
import { deadCodeGuests } from './support/dead-code.ts';
import { call, compile, instantiate } from './support/run.ts';

const HIGHEST_LIMIT = 40;
const MEMORY_PAGES = 17;
const TARGETS = ['engine', 'reference'] as const;

/** As in preparation: a module that the rewriter refuses, or that V8 does. */
function rewritten(
  code: Uint8Array,
  target: (typeof TARGETS)[number],
  stackLogicalMax: number,
): Uint8Array | 'Prevalidation' | 'Preparation' {
  try {
    const wasm = rewriteModule(code, { stackLogicalMax, target });
    compile(wasm);
    return wasm;
  } catch (error) {
    if (error instanceof RewriteError) return error.code === 'PREPARATION' ? 'Preparation' : 'Prevalidation';
    if (error instanceof WebAssembly.CompileError) return 'Preparation';
    throw error;
  }
}

function returns(wasm: Uint8Array): boolean {
  const env = { ext_allocator_malloc_version_1: () => 0 };
  try {
    call(instantiate(wasm, MEMORY_PAGES, env), 'validate_block', 0, 0);
    return true;
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return false;
    throw error;
  }
}

function outcome(code: Uint8Array, target: (typeof TARGETS)[number]): number | string {
  const whole = rewritten(code, target, HIGHEST_LIMIT);
  if (typeof whole === 'string') return whole;
  let [low, high] = [0, HIGHEST_LIMIT];
  while (low < high) {
    const limit = (low + high) >> 1;
    const wasm = rewritten(code, target, limit);
    if (typeof wasm === 'string') return wasm;
    if (returns(wasm)) high = limit;
    else low = limit + 1;
  }
  return low;
}

test.each(TARGETS)('each guest is taken or refused, and costs, as recorded (%s)', (target) => {
  const found = Object.fromEntries(deadCodeGuests().map(({ name, code }) => [name, outcome(code, target)]));
  expect(found).toEqual(recorded);
});
