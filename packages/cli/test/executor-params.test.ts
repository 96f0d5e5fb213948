import { readExecutorParams } from '@pvf/cli';
import { expect, test } from 'vitest';
import { temporaryFile } from './files.ts';

const ALL = [
  { MaxMemoryPages: 4096 },
  { stackLogicalMax: 65536 },
  { StackNativeMax: '268,435,456' },
  { PrecheckingMaxMemory: '1073741824' },
  { PvfPrepTimeout: ['Precheck', 60_000] },
  { PvfExecTimeout: ['Approval', 20_000] },
  'WasmExtBulkMemory',
  { EnabledHostFunction: 'EccRfc163' },
];
const PARSED = [
  { type: 'MaxMemoryPages', value: 4096 },
  { type: 'StackLogicalMax', value: 65536 },
  { type: 'StackNativeMax', value: 268435456 },
  { type: 'PrecheckingMaxMemory', value: 1073741824n },
  { type: 'PvfPrepTimeout', kind: 'Precheck', value: 60_000n },
  { type: 'PvfExecTimeout', kind: 'Approval', value: 20_000n },
  { type: 'WasmExtBulkMemory' },
  { type: 'EnabledHostFunction', value: 'EccRfc163' },
];

test('every parameter is read, on the command line and from a file', async () => {
  const json = JSON.stringify(ALL);
  expect(await readExecutorParams(json)).toEqual(PARSED);
  expect(await readExecutorParams(`@${temporaryFile('params.json', json)}`)).toEqual(PARSED);
});

test.each([
  ['not JSON', '[{', undefined],
  ['no array', '{"MaxMemoryPages": 4096}', undefined],
  ['an unknown name', '["WasmExtBulkMemory", {"MaxPages": 1}]', 1],
  ['a number that is too large', '[{"StackLogicalMax": 4294967296}]', 0],
  ['a negative number', '[{"StackLogicalMax": -1}]', 0],
  ['a fraction', '[{"MaxMemoryPages": 1.5}]', 0],
  ['a missing value', '["MaxMemoryPages"]', 0],
  ['an unknown kind of timeout', '[{"PvfExecTimeout": ["Dispute", 1]}]', 0],
  ['an unknown set of host functions', '[{"EnabledHostFunction": "Everything"}]', 0],
  ['two names in one entry', '[{"MaxMemoryPages": 1, "StackLogicalMax": 2}]', 0],
  ['a number as entry', '[1]', 0],
  ['the same twice', '[{"MaxMemoryPages": 1}, {"MaxMemoryPages": 2}]', undefined],
  ['a value outside of its bounds', '[{"StackLogicalMax": 1}]', undefined],
  ['stacks that do not fit together', '[{"StackNativeMax": 1024}]', undefined],
])('%s is refused', async (_, json, index) => {
  await expect(readExecutorParams(json)).rejects.toMatchObject({
    code: 'BAD_EXECUTOR_PARAMS',
    meta: { index },
  });
});
