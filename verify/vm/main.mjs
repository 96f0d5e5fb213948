#!/usr/bin/env node
// `npm run vm -- [--kernel PREFIX] [suite…]`: boots Debian with its own systemd in an emulated machine and runs suites
// in it that need what this machine may not have. README.md says what they prove. Exit status: 0, or 1 if a suite
// failed, or 2 for wrong use.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runSuite } from './machine.mjs';
import { kernelsOf, makeSystem } from './system.mjs';

const SUITES = readdirSync(join(import.meta.dirname, 'suites')).map((file) => file.replace(/\.mjs$/, ''));
const USAGE = `usage: npm run vm -- [--kernel PREFIX] [--cache DIR] [suite…]

  suites             ${SUITES.join(', ')}; default: all
  --kernel PREFIX    version to boot; default: the newest that is installed in the system
  --cache DIR        where the system is kept, default .pvf-cache/vm

Needs root, qemu-system-x86_64 and debootstrap for the system; build the checkout first (npm run build).`;

process.exitCode = await main();

async function main() {
  let options;
  try {
    options = parseArgs({
      allowPositionals: true,
      options: { kernel: { type: 'string', default: '' }, cache: { type: 'string' } },
    });
    const unknown = options.positionals.find((name) => !SUITES.includes(name));
    if (unknown !== undefined) throw new Error(`there is no suite ${unknown}`);
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    return 2;
  }
  const cache = options.values.cache ?? join(import.meta.dirname, '../../.pvf-cache/vm');
  const system = makeSystem(cache);
  const prefix = options.values.kernel === '' ? '' : `${options.values.kernel}.`;
  const kernel = kernelsOf(system).find((name) => `${name}.`.startsWith(prefix));
  if (kernel === undefined) {
    console.error(`no kernel ${options.values.kernel} among ${kernelsOf(system).join(', ')}`);
    return 2;
  }
  const suites = options.positionals.length === 0 ? SUITES : options.positionals;
  let failed = 0;
  for (const suite of suites) {
    console.log(`== ${suite}, Linux ${kernel}`);
    if (!(await runSuite(system, kernel, suite))) failed++;
  }
  return failed === 0 ? 0 : 1;
}
