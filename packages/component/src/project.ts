import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ComponentError } from './errors.ts';
import { packageFile } from './toolchain.ts';

/** Names of the template that packing for npm would drop or change. */
const RENAMED = { gitignore: '.gitignore', 'package.json.template': 'package.json' } as const;

/**
 * Makes a project for a validation function in TypeScript, with a test against a local host.
 * @param directory is created; must be empty or not exist
 * @returns the files, relative to it
 * @throws ComponentError NOT_EMPTY
 */
export function createProject(directory: string): string[] {
  const path = resolve(directory);
  if (existsSync(path) && readdirSync(path).length > 0) {
    throw new ComponentError('NOT_EMPTY', { path }, `${path} is not empty`, 'choose a new directory');
  }
  mkdirSync(path, { recursive: true });
  cpSync(packageFile('template'), path, { recursive: true });
  for (const [from, to] of Object.entries(RENAMED)) renameSync(join(path, from), join(path, to));
  mkdirSync(join(path, 'wit'), { recursive: true });
  cpSync(packageFile('wit', 'pvf-parachain.wit'), join(path, 'wit', 'pvf-parachain.wit'));
  const manifest = join(path, 'package.json');
  const version = (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string })
    .version;
  const text = readFileSync(manifest, 'utf8')
    .replaceAll('{{name}}', packageName(basename(path)))
    .replaceAll('{{version}}', version);
  writeFileSync(manifest, text);
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

function packageName(folder: string): string {
  return (
    folder
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'pvf'
  );
}
