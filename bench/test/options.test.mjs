// What the programs are told means the same in each of them.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { main } from '../support/main.mjs';
import { count, parseOptions, SHARED, UsageError, usageOf } from '../support/options.mjs';

const SPECS = {
  rounds: count(3, 'how often'),
  'warm-up': count(0, 'before', 0),
  order: { type: 'choice', value: 'row', choices: ['uniform', 'row'], about: 'which' },
  cold: { type: 'flag', about: 'cold' },
  reference: SHARED.reference,
  'reference-host': SHARED['reference-host'],
};

describe('a command line', () => {
  test('is read, with defaults for what it does not say', () => {
    assert.deepEqual(parseOptions(SPECS, ['--rounds', '7', '--cold', '--reference', 'there']), {
      rounds: 7,
      warmUp: 0,
      order: 'row',
      cold: true,
      reference: 'there',
      referenceHost: undefined,
      json: false,
      help: false,
    });
  });

  for (const [what, argv, message] of [
    ['a number that is none', ['--rounds', 'many'], /--rounds is a whole number from 1/],
    ['a number that is no whole one', ['--rounds', '1.5'], /--rounds is a whole number from 1/],
    ['a number below the least', ['--rounds', '0'], /--rounds is a whole number from 1/],
    ['no number', ['--rounds', ''], /--rounds is a whole number from 1/],
    ['a word that is no choice', ['--order', 'backwards'], /--order is uniform or row/],
    ['an option that nobody knows', ['--round', '3'], /--round/],
    ['an argument that belongs to nothing', ['3'], /3/],
    [
      'one option without the other that it needs',
      ['--reference-host', 'x'],
      /--reference-host needs --reference/,
    ],
  ])
    test(`is refused for ${what}`, () => {
      assert.throws(() => parseOptions(SPECS, argv), { name: 'UsageError', message });
      assert.ok(new UsageError('') instanceof Error);
    });

  test('may be zero where zero means something', () => {
    assert.equal(parseOptions(SPECS, ['--warm-up', '0']).warmUp, 0);
  });
});

test('help names every option with its default', () => {
  const text = usageOf({ name: 'it', about: 'About it.', options: SPECS });
  for (const name of [...Object.keys(SPECS), 'json', 'help'])
    assert.match(text, new RegExp(`^ {2}--${name}( |$)`, 'm'));
  assert.match(text, /--rounds N .*how often; default 3/);
});

describe('every program', () => {
  const folder = new URL('..', import.meta.url);
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => existsSync(new URL(`${entry.name}/program.mjs`, folder)))
    .map(({ name }) => name);
  const comparisons = ['overhead', 'mixed', 'throughput', 'prepare', 'execute', 'pov', 'host', 'scaling'];

  test('that is to be there is', () => {
    assert.deepEqual(
      [...comparisons, 'start', 'breakdown'].filter((name) => !names.includes(name)),
      [],
    );
  });

  for (const name of names)
    test(`${name} has a warm-up, and tells what it takes`, async (t) => {
      const program = await import(new URL(`${name}/program.mjs`, folder));
      assert.equal(program.name, name);
      // mixed has each PVF run once before, unless it is told --cold.
      assert.ok('warm-up' in program.options || 'cold' in program.options);
      if (comparisons.includes(name)) assert.equal(program.options.reference, SHARED.reference);
      const log = t.mock.method(console, 'log', () => {});
      const error = t.mock.method(console, 'error', () => {});
      assert.equal(await main(program, ['--help']), 0);
      assert.equal(await main(program, ['--no-such-option']), 2);
      assert.ok(log.mock.calls[0].arguments[0].startsWith(`usage: node bench/${name}.mjs`));
      assert.match(error.mock.calls[0].arguments[0], /no-such-option/);
    });
});
