import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '@pvf/cli';
import { ADDER_PVF_PATH } from '@pvf/example-adder-pvf';
import { expect, test } from 'vitest';
import { smallComponent } from '../../component/test/support/small-component.ts';
import { temporaryDirectory, temporaryFile } from './files.ts';
import { run } from './run.ts';

const RANDOM = 'wasi:random/random@0.2.0#get-random-u64';

test('inspect says that a file is a component, what it imports and how to flatten it', async () => {
  const path = temporaryFile('my.component.wasm', smallComponent());
  const { code, stdout } = await run(['inspect', path]);
  expect(code).toBe(EXIT.against);
  expect(stdout).toContain('it is a WebAssembly component (world pvf:parachain)');
  expect(stdout).toContain(`pvf:parachain/hashing@1.0.0#keccak256, ${RANDOM} (traps when called)`);
  expect(stdout).toContain(
    `pvf component flatten ${path} -o ${path.replace('.component.wasm', '.pvf.wasm')}`,
  );

  const json = JSON.parse((await run(['inspect', '--json', path])).stdout);
  expect(json).toMatchObject({ exitCode: EXIT.against, component: { isParachain: true, trapped: [RANDOM] } });
});

test('inspect says of another component why it cannot be flattened', async () => {
  const path = temporaryFile('empty.wasm', smallComponent().subarray(0, 8));
  const { stdout } = await run(['inspect', path]);
  expect(stdout).toContain('not of world pvf:parachain');
  expect(stdout).toContain('it cannot be flattened: validate-block');
});

test('precheck rejects a component as the chain does, and says how to flatten it', async () => {
  const path = temporaryFile('my.wasm', smallComponent());
  const { code, stdout } = await run(['precheck', '--no-cache', '--insecure', path]);
  expect(code).toBe(EXIT.against);
  expect(stdout).toContain('it is a WebAssembly component (world pvf:parachain)');
  expect(stdout).toContain('pvf component flatten');
});

test('flatten names what is wrong, and what to do', async () => {
  const out = join(temporaryDirectory(), 'out.wasm');
  const toolchain = temporaryDirectory();
  process.env.PVF_COMPONENT_TOOLCHAIN = toolchain;
  try {
    const { code, stderr, stdout } = await run(['component', 'flatten', ADDER_PVF_PATH, '-o', out, '--json']);
    expect(code).toBe(EXIT.badInput);
    expect(stderr).toContain('pvf component setup');
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'COMPONENT', meta: { reason: 'TOOLCHAIN' } } });
    expect(existsSync(out)).toBe(false);
  } finally {
    delete process.env.PVF_COMPONENT_TOOLCHAIN;
  }
});

test('new makes a project, and only in an empty directory', async () => {
  const directory = join(temporaryDirectory(), 'My Chain');
  const made = await run(['component', 'new', directory]);
  expect(made.code).toBe(EXIT.ok);
  expect(JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')).name).toBe('my-chain');
  expect(readdirSync(directory)).toEqual(
    expect.arrayContaining(['.gitignore', 'package.json', 'src', 'test', 'wit']),
  );

  const again = await run(['component', 'new', directory]);
  expect(again.code).toBe(EXIT.badInput);
  expect(again.stderr).toContain('is not empty');
});

test.each([
  [['component', 'flatten', 'x.wasm']],
  [['component', 'flatten', 'x.wasm', '-o', 'y.wasm', '--memory-pages', '0']],
  [['component', 'flatten', 'x.wasm', '-o', 'y.wasm', '--memory-pages', 'many']],
  [['component', 'flatten', '/no/such/file', '-o', 'y.wasm']],
])('%j is refused as bad usage', async (argv) => {
  expect((await run(argv)).code).toBe(EXIT.badInput);
});
