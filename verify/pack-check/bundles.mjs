// A program that embeds the host, bundled with esbuild in each way that packages/host/README.md names: it must find its
// workers and precheck a PVF.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const run = promisify(execFile);

const PROGRAM = `
import { readFileSync } from 'node:fs';
import { PvfHost } from '@pvf/host';

async function main([adder, prepare, execute]) {
  const workers = prepare === undefined ? undefined : { prepare, execute };
  const host = await PvfHost.start({ secureMode: false, ...(workers && { workers }) });
  try {
    const outcome = await host.precheck({
      code: readFileSync(adder),
      executorParams: [],
      validationCodeBombLimit: 30 * 1024 * 1024,
    });
    console.log(outcome.kind);
  } finally {
    await host.close();
  }
}
main(process.argv.slice(2));
`;

/** What ESM needs for the CommonJS modules in it: esbuild has no require of its own there. */
const REQUIRE =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";

const WAYS = {
  'external.mjs': { format: 'esm', external: ['@pvf/host'] },
  'external.cjs': { format: 'cjs', external: ['@pvf/host'] },
  'whole.mjs': { format: 'esm', banner: { js: REQUIRE } },
  'whole.cjs': { format: 'cjs', logOverride: { 'empty-import-meta': 'silent' } },
};

/**
 * @param directory where @pvf/host is installed
 * @param node path of the Node that runs the bundles
 * @throws if one does not work
 */
export async function checkBundles(directory, node, adder) {
  const source = join(directory, 'program.mjs');
  writeFileSync(source, PROGRAM);
  for (const [name, options] of Object.entries(WAYS)) {
    const outfile = join(directory, name);
    await build({
      entryPoints: [source],
      bundle: true,
      platform: 'node',
      outfile,
      logLevel: 'error',
      ...options,
    });
    const workers = ['prepare', 'execute'].map((kind) =>
      join(directory, `node_modules/.bin/pvf-${kind}-worker`),
    );
    for (const args of [[adder], [adder, ...workers]]) {
      const { stdout } = await run(node, [outfile, ...args], { cwd: '/', env: {}, timeout: 120_000 });
      assert.equal(stdout, 'ok\n', `${name} with ${args.length - 1} workers given`);
    }
  }
}
