import { spawn } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ComponentError } from './errors.ts';
import { toolchainDirectory, toolchainLock } from './toolchain.ts';

/**
 * Installs the toolchain with npm, exactly as the lock says and without running install scripts, into `directory` or the
 * place where {@link findToolchain} looks.
 * @returns the directory
 * @throws ComponentError TOOLCHAIN if npm is not there or fails
 */
export async function installToolchain(directory: string = toolchainDirectory()): Promise<string> {
  mkdirSync(directory, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) {
    cpSync(join(toolchainLock(), file), join(directory, file));
  }
  const args = [
    'ci',
    '--prefix',
    directory,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const npm = spawn('npm', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  npm.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  const status = await new Promise<number | string>((resolve) => {
    npm.on('error', (error) => resolve(error.message));
    npm.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  if (status === 0) return directory;
  throw new ComponentError(
    'TOOLCHAIN',
    { tool: 'npm', expected: 'a successful `npm ci`', found: String(status) },
    `npm could not install the toolchain (${status}): ${errors.trim().split('\n')[0] ?? ''}`,
    `try it by hand: npm ci --prefix ${directory} --ignore-scripts`,
  );
}
