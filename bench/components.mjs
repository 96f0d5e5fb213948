#!/usr/bin/env node
// `node bench/components.mjs DIR`: writes flattened components for the differential test (--components DIR) and for
// execute.mjs: the adder in Rust and TypeScript, and the guests of packages/component's tests with blocks for them.
// `npm run component-check` must have run: it installs the tools and builds the example in TypeScript.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flatten } from '../packages/component/dist/index.js';
import { buildComponent, guestText } from '../packages/component/test/toolchain/support/build.ts';

const examples = new URL('../examples/', import.meta.url);
const [directory] = process.argv.slice(2);
if (directory === undefined) {
  console.error('usage: node bench/components.mjs DIR');
  process.exit(2);
}
mkdirSync(directory, { recursive: true });

const rust = readFileSync(new URL('component-rust/adder.component.wasm', examples));
await write('adder-rust', rust);
cpSync(
  new URL('component-ts/dist/validation-function.wasm', examples),
  join(directory, 'adder-typescript.pvf.wasm'),
);
await write('edges', await buildComponent(guestText('edges')), edgeBlocks());
await write('markers', await buildComponent(guestText('markers')), markerBlocks());
await write('misbehaving', await buildComponent(guestText('misbehaving')), misbehavingBlocks());

async function write(name, component, blocks) {
  const { module } = await flatten(component);
  writeFileSync(join(directory, `${name}.pvf.wasm`), module);
  if (blocks !== undefined)
    writeFileSync(join(directory, `${name}.blocks.json`), JSON.stringify(blocks, null, 2));
}

/** Every instruction after the MVP at its edges. */
function edgeBlocks() {
  const blocks = {};
  const add = (id, operation, write) => {
    const block = Buffer.alloc(16);
    block[0] = operation;
    write(block);
    blocks[id] = block.toString('hex');
  };
  const powers = [0, 1, 2 ** 31, 2 ** 32, 2 ** 63, 2 ** 64].flatMap((value) => [value, -value]);
  for (let operation = 0; operation < 8; operation++) {
    for (const value of [...powers, Number.NaN, Infinity, -Infinity, -0.5]) {
      add(`truncate-${operation}-${value}`, operation, (block) =>
        operation % 4 < 2 ? block.writeFloatLE(value, 8) : block.writeDoubleLE(value, 8),
      );
    }
  }
  for (let operation = 8; operation < 13; operation++) {
    for (const bits of [0x7fn, 0x80n, 0x7fffn, 0x8000n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffff_ffff_ff80n]) {
      add(`extend-${operation}-${bits}`, operation, (block) => block.writeBigUInt64LE(bits, 8));
    }
  }
  const end = 3 * 65_536;
  for (const [to, from, length] of [
    [0x10001, 0x10000, 100],
    [0x10000, 0x10001, 100],
    [0x10007, 0x10000, 1000],
    [end - 4, 0x10000, 4],
    [end - 4, 0x10000, 5],
    [end, 0x10000, 0],
    [end + 1, 0x10000, 0],
    [0x10000, end - 4, 4],
    [0x10000, end - 4, 5],
    [0xffff_ffff, 0xffff_ffff, 1],
    [0x10000, 0x10000, 0xffff_ffff],
  ]) {
    for (const operation of [13, 14]) {
      add(`bulk-${operation}-${to}-${from}-${length}`, operation, (block) => {
        block.writeUInt32LE(to, 4);
        block.writeUInt32LE(from, 8);
        block.writeUInt32LE(length, 12);
      });
    }
  }
  for (const value of [0, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
    add(`numbers-${value}`, 16, (block) => {
      block.writeUInt32LE(value, 4);
      block.writeUInt32LE(value, 8);
    });
  }
  for (const pages of [0, 1, 97, 98, 0xffff_ffff]) {
    add(`grow-${pages}`, 15, (block) => block.writeUInt32LE(pages, 4));
  }
  return blocks;
}

function markerBlocks() {
  return Object.fromEntries(
    [
      [0, 2_048],
      [100, 2_048],
      [1_000, 100_000],
    ].map(([rounds, length]) => {
      const block = Buffer.alloc(length, 0x3c);
      block.writeUInt32LE(rounds, 0);
      return [`rounds-${rounds}`, block.toString('hex')];
    }),
  );
}

function misbehavingBlocks() {
  const names = ['loop', 'recursion', 'unreachable', 'null-result', 'error-text', 'too-many-messages', 'log'];
  return Object.fromEntries(names.map((name, index) => [name, Buffer.of(index).toString('hex')]));
}
