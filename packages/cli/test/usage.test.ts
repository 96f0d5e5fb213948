import { EXIT } from '@pvf/cli';
import { expect, test } from 'vitest';
import { temporaryFile } from './files.ts';
import { run } from './run.ts';

test('--help and --version go to stdout and succeed', async () => {
  for (const argv of [['--help'], ['--version'], ['validate', '--help']]) {
    const { code, stdout, stderr } = await run(argv);
    expect([code, stderr]).toEqual([EXIT.ok, '']);
    expect(stdout).not.toBe('');
  }
});

test.each([
  ['no command', []],
  ['an unknown command', ['prechek', 'x.wasm']],
  ['an unknown option', ['precheck', '--fast', 'x.wasm']],
  ['no file', ['precheck']],
  ['no PVF', ['validate', '--candidate', 'x.json']],
  ['a kind that is none', ['validate', '--pvf', 'x.wasm', '--kind', 'election']],
  ['a timeout that is no number', ['validate', '--pvf', 'x.wasm', '--timeout', 'soon']],
  ['a number below zero', ['validate', '--pvf', 'x.wasm', '--relay-parent-number', '-1']],
])('usage: %s', async (_, argv) => {
  const { code, stdout, stderr } = await run(argv);
  expect([code, stdout]).toEqual([EXIT.badInput, '']);
  expect(stderr).toMatch(/pvf/);
});

const pvf = () => temporaryFile('x.wasm', Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));

test.each([
  ['nothing to validate', [], '--candidate'],
  ['a parent head without PoV', ['--parent-head', '00'], '--pov'],
  ['a PoV without parent head', ['--pov', 'x'], '--parent-head'],
  ['both ways at once', ['--candidate', 'x.json', '--pov', 'x'], '--candidate'],
])('validate: %s names the option', async (_, argv, option) => {
  const { code, stderr } = await run(['validate', '--pvf', pvf(), ...argv]);
  expect(code).toBe(EXIT.badInput);
  expect(stderr).toContain(option);
});

test('an error in JSON has code, meta and remedy', async () => {
  const { code, stdout, stderr } = await run(['precheck', '--json', '/nonexistent/x.wasm']);
  expect(code).toBe(EXIT.badInput);
  expect(JSON.parse(stdout)).toMatchObject({
    exitCode: EXIT.badInput,
    error: { code: 'INPUT_FILE', meta: { path: '/nonexistent/x.wasm', errno: 'ENOENT' } },
  });
  expect(stderr).toContain('/nonexistent/x.wasm');
  expect(stderr).not.toContain(' at ');
});
