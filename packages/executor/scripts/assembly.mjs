// Compiles AssemblyScript from assembly/ to wasm; scripts/build-assembly.mjs and the tests use it.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import binaryen from 'assemblyscript/binaryen';

export const assembly = join(dirname(fileURLToPath(import.meta.url)), '../assembly');

const GUEST_INSTRUCTIONS = {
  'i64.load': ['(param $a i32) (result i64)', '(i64.load $guest align=1 (local.get $a))'],
  'i64.store': ['(param $a i32) (param $v i64)', '(i64.store $guest align=1 (local.get $a) (local.get $v))'],
  'i32.store': ['(param $a i32) (param $v i32)', '(i32.store $guest align=1 (local.get $a) (local.get $v))'],
  'i32.load8_u': ['(param $a i32) (result i32)', '(i32.load8_u $guest (local.get $a))'],
  'i32.store8': ['(param $a i32) (param $v i32)', '(i32.store8 $guest (local.get $a) (local.get $v))'],
  'memory.size': ['(result i32)', '(memory.size $guest)'],
  'memory.grow': ['(param $n i32) (result i32)', '(memory.grow $guest (local.get $n))'],
  'copy-in': [
    '(param $to i32) (param $from i32) (param $n i32)',
    '(memory.copy $0 $guest (local.get $to) (local.get $from) (local.get $n))',
  ],
  'copy-out': [
    '(param $to i32) (param $from i32) (param $n i32)',
    '(memory.copy $guest $0 (local.get $to) (local.get $from) (local.get $n))',
  ],
};

const COMMON = ['--runtime', 'stub', '-O3', '--converge', '--noAssert', '--debug', '--enable', 'simd'];

/** Text of the module whose exports are those of the source file `entry`, a path below assembly/. */
export async function compile(entry, options) {
  const outputs = {};
  const { error, stderr } = await asc.main(
    [entry, '--outFile', 'out.wasm', '--textFile', 'out.wat', ...COMMON, ...options],
    {
      readFile: (name) => {
        try {
          return readFileSync(join(assembly, name), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (name, contents) => {
        outputs[name] = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${entry}: ${stderr.toString()}`);
  return outputs['out.wat'];
}

/** Turns the imports from module "guest" into functions of one instruction on memory $guest. */
export function addGuestMemory(wat) {
  const text = wat.replace(
    /\(import "guest" "([^"]+)" \(func (\S+)( \(param [^)]*\))?( \(result [^)]*\))?\)\)/g,
    (_, name, label) => {
      const instruction = GUEST_INSTRUCTIONS[name];
      if (!instruction) throw new Error(`no guest instruction ${name}`);
      return `;;guest (func ${label} ${instruction[0]} ${instruction[1]})`;
    },
  );
  const functions = [...text.matchAll(/;;guest (.*)/g)].map((match) => match[1]);
  return text
    .replace(/^\s*;;guest .*$/gm, '')
    .replace(
      /\(import "env" "memory" \(memory \$0 \d+\)\)/,
      `(import "core" "memory" (memory $0 0)) (import "guest" "memory" (memory $guest 0))`,
    )
    .replace(/\)\s*$/, `${functions.join('\n')}\n)`);
}

/** Optimises and encodes. */
export function assemble(wat) {
  const module = binaryen.parseText(wat);
  const { Features } = binaryen;
  module.setFeatures(
    Features.MVP |
      Features.MutableGlobals |
      Features.SignExt |
      Features.BulkMemory |
      Features.BulkMemoryOpt |
      Features.NontrappingFPToInt |
      Features.SIMD128 |
      Features.MultiMemory,
  );
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setDebugInfo(false);
  if (!module.validate()) throw new Error('invalid module');
  module.optimize();
  return module.emitBinary();
}
