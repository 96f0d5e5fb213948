import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROPERTY } from '../../test-kit/setup/property.ts';
import {
  checkConsistency,
  codeHash,
  type ExecutorParam,
  type ExecutorParams,
  execTimeoutMs,
  executorSemantics,
  paramsHash,
  paramsPrepHash,
  precheckingMaxMemory,
  prepTimeoutMs,
} from '../src/index.ts';
import { executorParams } from './support/arbitraries.ts';
import { toHex } from './support/notation.ts';

const MIB = 1024n * 1024n;

/** One parameter of each type, with whether it changes the artifact. */
const EACH: readonly (readonly [param: ExecutorParam, changesArtifact: boolean])[] = [
  [{ type: 'MaxMemoryPages', value: 100 }, false],
  [{ type: 'StackLogicalMax', value: 2_000 }, true],
  [{ type: 'StackNativeMax', value: 1_000_000_000 }, false],
  [{ type: 'PrecheckingMaxMemory', value: 512n * MIB }, false],
  [{ type: 'PvfPrepTimeout', kind: 'Precheck', value: 1n }, false],
  [{ type: 'PvfExecTimeout', kind: 'Backing', value: 1n }, false],
  [{ type: 'WasmExtBulkMemory' }, true],
  [{ type: 'EnabledHostFunction', value: 'EccRfc163' }, false],
];

describe('hashes', () => {
  test('of the empty set are the reference’s', () => {
    expect(toHex(paramsHash([]))).toBe('03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314');
    expect(toHex(paramsPrepHash([]))).toBe(
      '50b16a713c0f8774ba3a0757c722b48c6eb4c1972f6e58c54fd0851f21a08633',
    );
  });

  test.each(EACH)('%o', (param, changesArtifact) => {
    expect(toHex(paramsHash([param]))).not.toBe(toHex(paramsHash([])));
    expect(toHex(paramsPrepHash([param])) !== toHex(paramsPrepHash([]))).toBe(changesArtifact);
  });

  test('the prep hash ignores exactly the parameters that do not change the artifact', () => {
    fc.assert(
      fc.property(executorParams, (params) => {
        const relevant = params.filter(
          ({ type }) => type === 'StackLogicalMax' || type === 'WasmExtBulkMemory',
        );
        expect(paramsPrepHash(params)).toEqual(paramsPrepHash(relevant));
      }),
      PROPERTY,
    );
  });

  test('of code is blake2-256', () => {
    expect(toHex(codeHash(new TextEncoder().encode('abc')))).toBe(
      'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319',
    );
  });
});

describe('limits', () => {
  test('without parameters are the defaults', () => {
    expect(executorSemantics([])).toEqual({
      maximumPages: 2_080,
      stackLogicalMax: 65_536,
      stackNativeMax: 268_435_456,
      wasmBulkMemory: false,
      enabledHostFunctions: new Set(),
    });
    expect([prepTimeoutMs([], 'Precheck'), prepTimeoutMs([], 'Prepare')]).toEqual([60_000, 360_000]);
    expect([execTimeoutMs([], 'Backing'), execTimeoutMs([], 'Approval')]).toEqual([2_000, 12_000]);
    expect(precheckingMaxMemory([])).toBeUndefined();
  });

  test('the last parameter decides about semantics, the first about time and precheck memory', () => {
    const params: ExecutorParams = [
      { type: 'MaxMemoryPages', value: 1 },
      { type: 'MaxMemoryPages', value: 2 },
      { type: 'PvfExecTimeout', kind: 'Backing', value: 3n },
      { type: 'PvfExecTimeout', kind: 'Backing', value: 4n },
      { type: 'PrecheckingMaxMemory', value: 5n },
      { type: 'PrecheckingMaxMemory', value: 6n },
    ];
    expect(executorSemantics(params).maximumPages).toBe(34);
    expect(execTimeoutMs(params, 'Backing')).toBe(3);
    expect(execTimeoutMs(params, 'Approval')).toBe(12_000);
    expect(precheckingMaxMemory(params)).toBe(5n);
  });

  test('pages saturate and timeouts stay numbers', () => {
    expect(executorSemantics([{ type: 'MaxMemoryPages', value: 0xffff_ffff }]).maximumPages).toBe(
      0xffff_ffff,
    );
    const params: ExecutorParams = [{ type: 'PvfPrepTimeout', kind: 'Prepare', value: 2n ** 64n - 1n }];
    expect(prepTimeoutMs(params, 'Prepare')).toBe(Number.MAX_SAFE_INTEGER);
  });

  test('host functions are collected', () => {
    const params: ExecutorParams = [{ type: 'EnabledHostFunction', value: 'EccRfc163' }];
    expect(executorSemantics(params).enabledHostFunctions).toEqual(new Set(['EccRfc163']));
  });
});

describe('a time limit counts for its own kind', () => {
  const prepTimeouts = (params: ExecutorParams) => [
    prepTimeoutMs(params, 'Precheck'),
    prepTimeoutMs(params, 'Prepare'),
  ];
  const execTimeouts = (params: ExecutorParams) => [
    execTimeoutMs(params, 'Backing'),
    execTimeoutMs(params, 'Approval'),
  ];

  test.each<[ExecutorParams, number[], number[]]>([
    [[], [60_000, 360_000], [2_000, 12_000]],
    [[{ type: 'PvfPrepTimeout', kind: 'Precheck', value: 1n }], [1, 360_000], [2_000, 12_000]],
    [[{ type: 'PvfPrepTimeout', kind: 'Prepare', value: 1n }], [60_000, 1], [2_000, 12_000]],
    [[{ type: 'PvfExecTimeout', kind: 'Backing', value: 1n }], [60_000, 360_000], [1, 12_000]],
    [[{ type: 'PvfExecTimeout', kind: 'Approval', value: 1n }], [60_000, 360_000], [2_000, 1]],
    [
      [
        { type: 'PvfExecTimeout', kind: 'Approval', value: 1n },
        { type: 'PvfPrepTimeout', kind: 'Prepare', value: 2n },
        { type: 'PvfExecTimeout', kind: 'Backing', value: 3n },
        { type: 'PvfPrepTimeout', kind: 'Precheck', value: 4n },
        { type: 'PvfExecTimeout', kind: 'Approval', value: 5n },
        { type: 'PvfPrepTimeout', kind: 'Prepare', value: 6n },
        { type: 'PvfExecTimeout', kind: 'Backing', value: 7n },
        { type: 'PvfPrepTimeout', kind: 'Precheck', value: 8n },
      ],
      [4, 2],
      [3, 1],
    ],
  ])('%o', (params, prep, exec) => {
    expect([prepTimeouts(params), execTimeouts(params)]).toEqual([prep, exec]);
  });
});

describe('consistency', () => {
  const outside = (param: string) => ({ type: 'OutsideLimit', param });

  test.each<[ExecutorParams, unknown]>([
    [[], undefined],
    [EACH.map(([param]) => param), undefined],
    [[{ type: 'MaxMemoryPages', value: 0 }], outside('MaxMemoryPages')],
    [[{ type: 'MaxMemoryPages', value: 65_536 }], undefined],
    [[{ type: 'MaxMemoryPages', value: 65_537 }], outside('MaxMemoryPages')],
    [[{ type: 'StackLogicalMax', value: 1_023 }], outside('StackLogicalMax')],
    [[{ type: 'StackLogicalMax', value: 131_073 }], outside('StackLogicalMax')],
    [[{ type: 'PrecheckingMaxMemory', value: 256n * MIB - 1n }], outside('PrecheckingMaxMemory')],
    [[{ type: 'PrecheckingMaxMemory', value: 16_384n * MIB }], undefined],
    [[{ type: 'PrecheckingMaxMemory', value: 16_384n * MIB + 1n }], outside('PrecheckingMaxMemory')],
    [
      [{ type: 'WasmExtBulkMemory' }, { type: 'WasmExtBulkMemory' }],
      { type: 'DuplicatedParam', param: 'WasmExtBulkMemory' },
    ],
    [
      [{ type: 'StackNativeMax', value: 128 * 65_536 - 1 }],
      { type: 'IncompatibleValues', first: 'StackLogicalMax', second: 'StackNativeMax' },
    ],
    [[{ type: 'StackNativeMax', value: 128 * 65_536 }], undefined],
    [
      [{ type: 'PvfPrepTimeout', kind: 'Precheck', value: 360_000n }],
      { type: 'IncompatibleValues', first: 'PvfPrepKind::Precheck', second: 'PvfPrepKind::Prepare' },
    ],
    [
      [{ type: 'PvfExecTimeout', kind: 'Approval', value: 2_000n }],
      { type: 'IncompatibleValues', first: 'PvfExecKind::Backing', second: 'PvfExecKind::Approval' },
    ],
  ])('%o', (params, expected) => {
    expect(checkConsistency(params)).toEqual(expected);
  });
});
