// What a PVF is prepared with: presets, limits alone, and who has said it.
import { expect, test } from 'vitest';
import { addChainOption } from '../src/input/chain-option.ts';
import { PRESETS } from '../src/input/presets.ts';
import { parametersLine, readPvfParameters } from '../src/input/pvf-parameters.ts';

test('every preset has a source and a date', () => {
  for (const { source, date } of Object.values(PRESETS)) {
    expect(source).not.toBe('');
    expect(date).toMatch(/^20\d\d(-\d\d){0,2}$/);
  }
});

test('Polkadot’s values, and a limit alone in place of one of them', async () => {
  const chain = addChainOption('polkadot');
  const parameters = await readPvfParameters({ chain, maxMemoryPages: 4_096 });
  expect(parameters.executorParams).toMatchObject({
    given: true,
    source: expect.stringContaining('2025'),
    value: [
      { type: 'PvfExecTimeout', kind: 'Backing', value: 2_500n },
      { type: 'PvfExecTimeout', kind: 'Approval', value: 15_000n },
      { type: 'MaxMemoryPages', value: 4_096 },
    ],
  });
  expect(parameters.validationCodeBombLimit).toEqual({ given: false, value: 30 * 1024 * 1024 });
  expect(parametersLine(parameters)).toContain('PvfExecTimeout Approval 15000');
});

test('what a node or a file says gives way to options', async () => {
  const said = {
    source: 'a node',
    executorParams: [{ type: 'StackLogicalMax', value: 2_048 }],
    bombLimit: 1_000,
  } as const;
  const plain = await readPvfParameters({}, 'Prepare', said);
  expect(plain).toMatchObject({
    executorParams: { source: 'a node', value: said.executorParams },
    validationCodeBombLimit: { given: true, source: 'a node', value: 1_000 },
  });
  const given = await readPvfParameters({ executorParams: '[]', bombLimit: 5 }, 'Prepare', said);
  expect(given).toEqual({
    executorParams: { given: true, value: [] },
    validationCodeBombLimit: { given: true, value: 5 },
  });
});

test.each([
  ['a chain that is not known', { chain: { preset: 'nochain' } }, /no values are known/],
  ['two sources', { chain: { preset: 'polkadot' }, executorParams: '[]' }, /both say/],
  ['a limit that no chain could have', { maxStackValues: 5 }, /StackLogicalMax is outside/],
])('%s is refused', async (_, options, message) => {
  await expect(readPvfParameters(options)).rejects.toThrow(message);
});

test('--chain takes a name and what the chain answers', () => {
  expect(addChainOption('{"sessionIndexForChild": 7}', addChainOption('polkadot'))).toEqual({
    preset: 'polkadot',
    answers: '{"sessionIndexForChild": 7}',
  });
  expect(addChainOption('@chain.json')).toEqual({ answers: '@chain.json' });
});
