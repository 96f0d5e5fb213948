// What is printed: JSON that is what its schema says, tables, JUnit, help with examples, completion.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { ADDER_PVF_PATH, adderChain } from '@pvf/example-adder-pvf';
import { guest } from '@pvf/test-kit';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { completionScript, SHELLS } from '../src/completion/scripts.ts';
import { completionTree } from '../src/completion/tree.ts';
import { histogram } from '../src/output/histogram.ts';
import { OUTPUT_SCHEMA } from '../src/output/schema.ts';
import { styleFor } from '../src/output/style.ts';
import { table } from '../src/output/table.ts';
import { createProgram } from '../src/program.ts';
import { temporaryDirectory, temporaryFile } from './files.ts';
import { run } from './run.ts';
import { expectSchema } from './schema.ts';

const [first] = adderChain([5n]);
const program = (): Command =>
  createProgram(() => {}, { stdout: new PassThrough(), stderr: new PassThrough() });

test('the published schema is the one that is tested', async () => {
  const file = new URL('../schema/output.schema.json', import.meta.url);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(OUTPUT_SCHEMA);
  expect(JSON.parse((await run(['schema'])).stdout)).toEqual(OUTPUT_SCHEMA);
});

test.each([['schema'], ['completion', 'zsh'], ['artifacts', 'list', '--cache-dir', '/nonexistent/pvf']])(
  '%s has --json, too',
  async (...argv) => {
    const { code, stdout } = await run([...argv.filter((word) => typeof word === 'string'), '--json']);
    expect([code, expectSchema(stdout).exitCode]).toEqual([0, 0]);
  },
);

test('precheck of several: a table, warnings that --strict counts, JUnit', async () => {
  const directory = temporaryDirectory();
  const empty = temporaryFile('empty.wasm', Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const bad = temporaryFile('bad.wasm', guest('sign-extension'));
  const cache = ['--cache-dir', join(directory, 'cache')];
  const files = [ADDER_PVF_PATH, empty, bad];
  const junit = join(directory, 'report.xml');
  const { code, stdout } = await run([
    'precheck',
    ...cache,
    '--jobs',
    '3',
    '--junit',
    junit,
    '--strict',
    ...files,
  ]);
  expect(code).toBe(1);
  const rows = stdout.split('\n').slice(stdout.split('\n').findIndex((line) => line.startsWith('PVF ')) + 1);
  expect(rows.slice(0, 3)).toEqual([
    expect.stringMatching(/adder\.wasm +accepted +[\d.]+ % +[\d.]+ % +[\d.]+ % +[\d.]+ MiB +0$/),
    expect.stringMatching(/empty\.wasm +accepted .* [1-9]$/),
    expect.stringMatching(/bad\.wasm +rejected /),
  ]);
  expect(stdout).toMatch(/warning: it is an empty module/);
  const xml = readFileSync(junit, 'utf8');
  expect(xml).toContain('<testsuites name="pvf precheck" tests="3" failures="2" errors="0"');
  expect(xml).toMatch(/<failure message="accepted, with warnings \(--strict\)">/);

  const strict = await run(['precheck', '--json', '--quiet', ...cache, '--strict', empty]);
  expect([strict.code, expectSchema(strict.stdout).exitCode]).toEqual([1, 1]);
  const lenient = await run(['precheck', '--json', '--quiet', ...cache, empty]);
  expect([lenient.code, lenient.stderr]).toEqual([0, '']);
  expectSchema(lenient.stdout);

  const limit = String(Math.ceil(readFileSync(ADDER_PVF_PATH).length / 0.9));
  const near = await run(['precheck', '--json', ...cache, '--max-code-size', limit, ADDER_PVF_PATH]);
  expect(expectSchema(near.stdout).pvfs[0].shortcomings).toEqual([
    expect.stringMatching(/its code is near its limit/),
  ]);
});

test('validate --repeat: a histogram, and one answer', async () => {
  const pov = temporaryFile('pov', first!.blockData);
  const head = Buffer.from(first!.parentHead).toString('hex');
  const argv = [
    'validate',
    '--no-cache',
    '--pvf',
    ADDER_PVF_PATH,
    '--pov',
    pov,
    '--parent-head',
    head,
    '--repeat',
    '9',
  ];
  const { code, stdout } = await run([...argv, '--json']);
  expect(code).toBe(0);
  const [candidate] = expectSchema(stdout).candidates;
  expect(candidate.repeated).toMatchObject({ runs: 9, alike: true, cpu: { count: 9 } });
});

test('a histogram', () => {
  const lines = histogram([1, 1, 1, 2, 10, 4.5, 1.2, 1.1, 1.05]);
  expect(lines[0]).toMatch(/^least 1\.0 ms, median 1\.1 ms, 95 % within 10\.0 ms, most 10\.0 ms$/);
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(/^ {4}1\.0 ms {2}█{40} 7$/);
  expect(histogram([3])).toHaveLength(2);
});

test.each([
  ['an unknown command', ['prechek', '--json'], 'commander.unknownCommand'],
  ['an unknown option', ['precheck', '--json', '--fast', 'x'], 'commander.unknownOption'],
  ['a value that is none', ['validate', '--kind', 'election', '--json'], 'commander.invalidArgument'],
  ['an argument too many', ['inspect', '--json', 'a', 'b'], 'commander.excessArguments'],
  ['no argument', ['replay', '--json'], 'commander.missingArgument'],
  ['an error of the input', ['inspect', '--json', '/nonexistent/x'], undefined],
])('JSON also for usage: %s', async (_, argv, reason) => {
  const { code, stdout, stderr } = await run(argv);
  expect(code).toBe(2);
  expect(stderr).not.toBe('');
  const { error, exitCode } = expectSchema(stdout);
  expect(exitCode).toBe(2);
  expect(error.remedy).not.toBe('');
  if (reason !== undefined) expect(error).toMatchObject({ code: 'USAGE', meta: { reason } });
});

test('every command’s help has examples whose options there are', async () => {
  const nodes = completionTree(program());
  expect(nodes.length).toBeGreaterThan(12);
  for (const { path } of nodes) {
    const { code, stdout } = await run([...path, '--help']);
    expect(code).toBe(0);
    const examples = stdout.split('\n').flatMap((line) => /^ {2}\$ (.*pvf .*)$/.exec(line)?.[1] ?? []);
    expect(examples, path.join(' ')).not.toEqual([]);
    for (const example of examples) expectKnownOptions(example, nodes);
    const prose = stdout.split('\n').filter((line) => !line.startsWith('  $ '));
    for (const line of prose) expect(line.length, line).toBeLessThanOrEqual(80);
  }
});

function expectKnownOptions(example: string, nodes: ReturnType<typeof completionTree>): void {
  const words = example
    .slice(example.indexOf('pvf '))
    .replace(/[<>()].*/, '')
    .trim()
    .split(/\s+/);
  const at = nodes.filter(({ path }) => path.every((word, index) => words[index + 1] === word)).at(-1);
  const known = new Set(at?.options.flatMap(({ flags }) => flags));
  expect(
    words.filter((word) => /^-./.test(word) && !known.has(word)),
    example,
  ).toEqual([]);
}

test('completion in bash: commands, options, values, files', () => {
  const script = completionScript('bash', completionTree(program()));
  const complete = (...words: string[]) => {
    const typed = words.map((word) => `'${word}'`).join(' ');
    const code = `${script}\nCOMP_WORDS=(pvf ${typed}); COMP_CWORD=${words.length}; _pvf; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, status } = spawnSync('bash', ['-c', code], {
      encoding: 'utf8',
      cwd: temporaryDirectory(),
    });
    expect(status).toBe(0);
    return stdout.trim().split('\n');
  };
  expect(complete('pre')).toEqual(['precheck']);
  expect(complete('artifacts', '')).toEqual(expect.arrayContaining(['list', 'verify', 'prune']));
  expect(complete('validate', '--pov')).toEqual(['--pov-file', '--pov']);
  expect(complete('validate', '--kind', 'b')).toEqual(['backing-system', 'backing']);
  expect(complete('artifacts', 'prune', '--dry')).toEqual(['--dry-run']);
  expect(complete('inspect', '')).toEqual(['']);
});

test.each(SHELLS)('completion in %s names every command and option', async (shell) => {
  const { code, stdout } = await run(['completion', shell]);
  expect(code).toBe(0);
  for (const { commands, options } of completionTree(program())) {
    for (const { name } of commands) expect(stdout).toContain(name);
    for (const flag of options.flatMap(({ flags }) => flags)) {
      const word = shell === 'fish' ? flag.replace(/^--/, '-l ').replace(/^-(?=.$)/, '-s ') : flag;
      expect(stdout).toContain(word);
    }
  }
});

test('a table fits the terminal; in a file everything is there', async () => {
  const rows = [
    ['a-very-long-name-of-a-runtime'.repeat(5), '12 %'],
    ['短い名前', '3 %'],
  ];
  const tty = Object.assign(new PassThrough(), { isTTY: true, columns: 40 });
  const narrow = (await table(tty, ['PVF', 'code'], rows, new Set([1]))).split('\n');
  for (const line of narrow) expect(line.length).toBeLessThanOrEqual(40);
  expect(narrow[1]).toContain('…');
  expect(await table(new PassThrough(), ['PVF', 'code'], rows)).toContain(rows[0]![0]);
});

test.each([
  ['a terminal', true, {}, true],
  ['a file', false, {}, false],
  ['NO_COLOR', true, { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR', true, { NO_COLOR: '' }, true],
  ['a dumb terminal', true, { TERM: 'dumb' }, false],
  ['FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
])('colours: %s', (_, isTTY, env, coloured) => {
  const output = Object.assign(new PassThrough(), { isTTY });
  expect(styleFor(output, env).red('x') !== 'x').toBe(coloured);
});
