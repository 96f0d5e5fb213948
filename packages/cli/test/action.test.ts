// The GitHub Action: its script with the real program, and what its definition passes on.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADDER_PVF_PATH } from '@pvf/example-adder-pvf';
import { guest } from '@pvf/test-kit';
import { expect, test } from 'vitest';
import { temporaryDirectory, temporaryFile } from './files.ts';
import { expectSchema } from './schema.ts';

const ACTION = fileURLToPath(new URL('../../../.github/actions/precheck/', import.meta.url));
const PVF = fileURLToPath(new URL('../bin/pvf', import.meta.url));

function runAction(files: readonly string[], inputs: Readonly<Record<string, string>> = {}) {
  const RUNNER_TEMP = temporaryDirectory();
  const [GITHUB_STEP_SUMMARY, GITHUB_OUTPUT] = [join(RUNNER_TEMP, 'summary.md'), join(RUNNER_TEMP, 'output')];
  const env = {
    RUNNER_TEMP,
    GITHUB_STEP_SUMMARY,
    GITHUB_OUTPUT,
    PVF,
    PVF_RUNTIME: files.join('\n'),
    XDG_CACHE_HOME: RUNNER_TEMP,
    ...inputs,
  };
  const { status, stdout } = spawnSync(process.execPath, [join(ACTION, 'precheck.mjs')], {
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
    timeout: 150_000,
  });
  const read = (path: string) => readFileSync(path, 'utf8');
  return {
    status,
    stdout,
    summary: read(GITHUB_STEP_SUMMARY),
    output: read(GITHUB_OUTPUT),
    temp: RUNNER_TEMP,
  };
}

test('a runtime that is accepted and one that is rejected: summary, annotations, outputs', () => {
  const bad = temporaryFile('bad|<b>.wasm', guest('sign-extension'));
  const { status, stdout, summary, output, temp } = runAction([ADDER_PVF_PATH, '', ` ${bad} `], {
    PVF_CHAIN: 'polkadot',
  });
  expect(status).toBe(1);
  expect(summary).toMatch(/\| <code>.*adder\.wasm<\/code> \| ✅ accepted \| [\d.]+ % \|/);
  expect(summary).toMatch(/bad&#124;&#60;b&#62;\.wasm<\/code> \| ❌ rejected/);
  expect(summary).not.toContain('assumed');
  expect(stdout).toMatch(/^::error file=.*bad.*,title=PVF precheck::.*sign extension/m);
  expect(output).toMatch(/^exit-code=1$/m);
  expectSchema(readFileSync(join(temp, 'pvf-precheck.json'), 'utf8'));
  expect(readFileSync(join(temp, 'pvf-precheck.xml'), 'utf8')).toContain('tests="2"');
});

test('what cannot be done is told in the summary', () => {
  const { status, summary, stdout } = runAction(['--help']);
  expect(status).toBe(2);
  expect(summary).toContain('not done');
  expect(stdout).toContain('::error title=PVF precheck::');
  const gone = runAction([ADDER_PVF_PATH], { PVF: '/nonexistent/pvf' });
  expect([gone.status, gone.summary]).toEqual([70, expect.stringContaining('not done')]);
});

test('the definition passes every input through the environment, and none into a script', () => {
  const yaml = readFileSync(join(ACTION, 'action.yml'), 'utf8');
  const inputs = [
    ...yaml.slice(yaml.indexOf('inputs:'), yaml.indexOf('outputs:')).matchAll(/^ {2}([a-z-]+):$/gm),
  ].map(([, name]) => name!);
  expect(inputs.length).toBeGreaterThan(4);
  for (const name of inputs)
    expect(yaml).toMatch(new RegExp(`^ {8}[A-Z_]+: \\$\\{\\{ inputs\\.${name} \\}\\}$`, 'm'));
  const runs = [...yaml.matchAll(/^ {6}run: (.*)$/gm)].map(([, script]) => script!);
  expect(runs).toHaveLength(2);
  for (const script of runs) expect(script).not.toContain('${{');
  const script = readFileSync(join(ACTION, 'precheck.mjs'), 'utf8');
  for (const [, name] of yaml.matchAll(/^ {8}(PVF[A-Z_]*):/gm)) expect(script).toContain(`env.${name}`);
});
