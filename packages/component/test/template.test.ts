import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createProject } from '../src/project.ts';

const example = new URL('../../../examples/component-ts/', import.meta.url);
const read = (path: string | URL) => readFileSync(path, 'utf8');

function project(): string {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-component-project-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  createProject(directory);
  return directory;
}

it('a new project has the validation function that examples/component-ts builds and tests', () => {
  const directory = project();
  for (const name of readdirSync(join(directory, 'src'))) {
    expect(read(join(directory, 'src', name))).toBe(read(new URL(`src/${name}`, example)));
  }
  expect(read(join(directory, 'wit/pvf-parachain.wit'))).toBe(
    read(new URL('../wit/pvf-parachain.wit', import.meta.url)),
  );
});

it('a new project has the tools in the versions that the example is tested with', () => {
  const wanted = JSON.parse(read(new URL('package.json', example))).devDependencies as Record<string, string>;
  expect(JSON.parse(read(join(project(), 'package.json'))).devDependencies).toMatchObject(wanted);
});
