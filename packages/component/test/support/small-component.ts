import { ComponentBuilder, EMPTY_MODULE, name, u32 } from './component-builder.ts';

const U8 = 0x7d;
const U32 = 0x79;
const STRING = 0x73;
const I32 = 0x7f;

function module(...sections: readonly (readonly [id: number, contents: readonly number[]])[]): number[] {
  return [...EMPTY_MODULE, ...sections.flatMap(([id, bytes]) => [id, ...u32(bytes.length), ...bytes])];
}

function record(...fields: readonly (readonly [label: string, type: number])[]): number[] {
  return [0x72, fields.length, ...fields.flatMap(([label, type]) => [...name(label), type])];
}

function imported(label: string, instanceType: number): number[] {
  return [0x00, ...name(label), 0x05, instanceType];
}

function argument(label: string, instance: number): number[] {
  return [...name(label), 0x12, instance];
}

/** Memory and a `cabi_realloc` that returns 1,024. */
const LIBRARY = module(
  [1, [1, 0x60, 4, I32, I32, I32, I32, 1, I32]],
  [3, [1, 0]],
  [5, [1, 0, 1]],
  [7, [2, ...name('memory'), 2, 0, ...name('realloc'), 0, 0]],
  [10, [1, 5, 0, 0x41, 0x80, 0x08, 0x0b]],
);

/** Imports the memory, a hash and a random number; its `validate` returns the address 0. */
const PROGRAM = module(
  [1, [3, 0x60, 3, I32, I32, I32, 0, 0x60, 0, 1, 0x7e, 0x60, 7, I32, I32, I32, I32, I32, I32, I32, 1, I32]],
  [
    2,
    [
      3,
      ...[...name('library'), ...name('memory'), 2, 0, 1],
      ...[...name('hash'), ...name('keccak256'), 0, 0],
      ...[...name('random'), ...name('get-random-u64'), 0, 1],
    ],
  ],
  [3, [1, 2]],
  [7, [1, ...name('validate'), 0, 2]],
  [10, [1, 4, 0, 0x41, 0, 0x0b]],
);

/** A component of world pvf:parachain, written by hand: two modules, one import of ours and one that traps. */
export function smallComponent(): Uint8Array {
  const types = [
    [0x70, U8], // 0 list<u8>
    [
      ...[0x42, 3, 0x01, 0x70, U8], // 1 hashing
      ...[0x01, 0x40, 1, ...name('data'), 0, 0x00, 0],
      ...[0x04, 0x00, ...name('keccak256'), 0x01, 1],
    ],
    [0x42, 2, 0x01, 0x40, 0, 0x00, 0x77, 0x04, 0x00, ...name('get-random-u64'), 0x01, 0], // 2 random
    record(
      ['parent-head', 0],
      ['block-data', 0],
      ['relay-parent-number', U32],
      ['relay-parent-storage-root', 0],
    ), // 3
    [0x6b, 0], // 4 option
    [0x70, 0], // 5 list of lists
    record(['recipient', U32], ['data', 0]), // 6
    [0x70, 6], // 7
    record(
      ['head-data', 0],
      ['new-validation-code', 4],
      ['upward-messages', 5],
      ['horizontal-messages', 7],
      ['processed-downward-messages', U32],
      ['hrmp-watermark', U32],
    ), // 8
    [0x6a, 1, 8, 1, STRING], // 9
    [0x40, 1, ...name('params'), 3, 0x00, 9], // 10
  ];
  const coreExport = (kind: number, instance: number, label: string) => [
    ...[0x00, kind, 0x01, instance],
    ...name(label),
  ];
  return new ComponentBuilder()
    .items(7, ...types)
    .items(10, imported('pvf:parachain/hashing@1.0.0', 1), imported('wasi:random/random@0.2.0', 2))
    .section(1, LIBRARY)
    .section(1, PROGRAM)
    .items(2, [0x00, 0, 0]) // core instance 0: the library
    .items(6, coreExport(2, 0, 'memory'), coreExport(0, 0, 'realloc'))
    .items(6, [0x01, 0x00, 0, ...name('keccak256')], [0x01, 0x00, 1, ...name('get-random-u64')])
    .items(8, [0x01, 0x00, 0, 2, 0x03, 0, 0x04, 0], [0x01, 0x00, 1, 0]) // core functions 1 and 2
    .items(
      2,
      [0x01, 1, ...name('keccak256'), 0x00, 1],
      [0x01, 1, ...name('get-random-u64'), 0x00, 2],
      [0x00, 1, 3, ...argument('library', 0), ...argument('hash', 1), ...argument('random', 2)],
    )
    .items(6, coreExport(0, 3, 'validate')) // core function 3
    .items(8, [0x00, 0x00, 3, 2, 0x03, 0, 0x04, 0, 10]) // function 2
    .items(11, [0x00, ...name('validate-block'), 0x01, 2, 0x00])
    .bytes();
}
