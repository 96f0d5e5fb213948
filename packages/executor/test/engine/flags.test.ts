import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WORKER_NODE_FLAGS } from './flags.ts';

const ENGINE = join(import.meta.dirname, '../../src/engine/index.ts');
const MODULES = join(import.meta.dirname, '../../src/host-functions/index.ts');

/** The engine's stamp under these flags, before and after the host functions were compiled. */
function stamps(flags: readonly string[]): string[] {
  const program = `
    const { engineStamp } = await import(${JSON.stringify(ENGINE)});
    const { prepareHostFunctions } = await import(${JSON.stringify(MODULES)});
    const before = engineStamp();
    prepareHostFunctions({ ecc: true });
    console.log(JSON.stringify([before, engineStamp()]));`;
  const out = execFileSync(process.execPath, [...flags, '--input-type=module', '--eval', program]);
  return JSON.parse(out.toString()) as string[];
}

test("an artifact's engine is another one under other flags of the compiler", () => {
  const [asStarted] = stamps(WORKER_NODE_FLAGS);
  const [inlining] = stamps(WORKER_NODE_FLAGS.filter((flag) => flag !== '--no-wasm-inlining'));
  expect(inlining).not.toBe(asStarted);
});

test('the host functions are compiled with a setting of their own and leave the flags as they were', () => {
  const [before, after] = stamps(WORKER_NODE_FLAGS);
  expect(after).toBe(before);
});

test.each(['prepare', 'execute'])('the %s worker is started with these flags', (kind) => {
  const launcher = join(import.meta.dirname, `../../../${kind}-worker/bin/pvf-${kind}-worker`);
  const text = readFileSync(launcher, 'utf8');
  for (const flag of WORKER_NODE_FLAGS) {
    expect(text).toContain(flag.startsWith('--stack-size') ? '--stack-size="$stack"' : ` ${flag}`);
  }
});
