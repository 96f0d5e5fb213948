#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { SandboxError } from '@pvf/linux';
import { HELP } from './help.ts';
import { probeCommand } from './probe-command.ts';
import { runCommand } from './run-command.ts';

const USAGE_STATUS = 2;
const FAILED_STATUS = 125;

async function main(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  switch (command) {
    case 'probe':
      if (rest[0] === '--help' || rest[0] === '-h') break;
      return probeCommand(rest);
    case 'run':
      if (rest[0] === '--help' || rest[0] === '-h') break;
      return await runCommand(rest);
    case '--version':
    case '-v':
      process.stdout.write(`${version()}\n`);
      return 0;
    case '--help':
    case '-h':
    case 'help':
      break;
    default:
      process.stderr.write(
        `sandbox-linux: ${command === undefined ? 'no command' : `unknown command ${command}`}; see --help\n`,
      );
      return USAGE_STATUS;
  }
  process.stdout.write(HELP);
  return 0;
}

/** Of the package that this program lies in. */
function version(): string {
  const own = import.meta.url;
  const path = own.endsWith('.ts') ? '../../package.json' : '../package.json';
  return JSON.parse(readFileSync(new URL(path, own), 'utf8')).version;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SandboxError)) throw error;
  process.stderr.write(`sandbox-linux: ${error.message}\n`);
  process.exitCode = error.code === 'INVALID_ARGUMENT' ? USAGE_STATUS : FAILED_STATUS;
}
