// How fast and with how much memory modules are rewritten: `node bench/rewrite.mjs DIR` for the .wasm files of DIR,
// compressed or not. Prints, per module and target, MB of input per second in a warm process (wall, and per second of
// CPU time, which a busy machine does not change much), and how far one rewriting raises the resident memory, as a
// multiple of the module. Build the executor first.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decompressBlob, rewriteModule } from '@pvf/executor';

const TARGETS = ['reference', 'engine'];
const STACK_LOGICAL_MAX = 65_536;
const BOMB_LIMIT_BYTES = 1 << 30;
const MEASURE_MS = 1000;
const WARM_UP_MS = 1000;
/** Below this the process's own allocations hide the module's. */
const SMALL_BYTES = 2e6;
const MB = 1e6;

const [directory, child, childTarget] = process.argv.slice(2);
if (directory === undefined) {
  console.error('usage: node bench/rewrite.mjs DIR');
  process.exitCode = 1;
} else if (child !== undefined) {
  measureMemory(load(join(directory, child)), childTarget);
} else {
  measureSpeed();
}

function wasmFiles() {
  return readdirSync(directory).filter((file) => file.endsWith('.wasm'));
}

function load(file) {
  return decompressBlob(readFileSync(file), BOMB_LIMIT_BYTES);
}

function rewrite(code, target) {
  return rewriteModule(code, { stackLogicalMax: STACK_LOGICAL_MAX, target });
}

/** Seconds per call, of wall and of CPU time, over at least `milliseconds`. */
function timePerCall(milliseconds, run) {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  let calls = 0;
  let elapsed = 0;
  do {
    run();
    calls++;
    elapsed = performance.now() - start;
  } while (elapsed < milliseconds);
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wall: elapsed / 1e3 / calls, cpu: (user + system) / 1e6 / calls };
}

function measureSpeed() {
  const files = wasmFiles();
  const modules = files.map((file) => ({ file, code: load(join(directory, file)) }));
  const rows = [];
  const total = Object.fromEntries(TARGETS.map((target) => [target, { wall: 0, cpu: 0 }]));
  let bytes = 0;
  for (const target of TARGETS) {
    timePerCall(WARM_UP_MS, () => {
      for (const { code } of modules) rewrite(code, target);
    });
  }
  for (const { file, code } of modules) {
    bytes += code.length;
    for (const target of TARGETS) {
      const time = timePerCall(MEASURE_MS, () => rewrite(code, target));
      total[target].wall += time.wall;
      total[target].cpu += time.cpu;
      rows.push({
        module: file.replace(/(\.compact|\.compressed|\.wasm)+$/, ''),
        target,
        'input bytes': code.length,
        'output / input': (rewrite(code, target).length / code.length).toFixed(2),
        'MB/s': megabytesPer(time.wall, code.length),
        'MB per CPU s': megabytesPer(time.cpu, code.length),
        'memory / input': code.length < SMALL_BYTES ? '' : memoryOf(file, target),
      });
    }
  }
  console.table(rows);
  for (const target of TARGETS) {
    const { wall, cpu } = total[target];
    console.log(
      `all, ${target}: ${megabytesPer(wall, bytes)} MB/s, ${megabytesPer(cpu, bytes)} MB per CPU s`,
    );
  }
}

function megabytesPer(seconds, bytes) {
  return (bytes / seconds / MB).toFixed(1);
}

/** Measured in a process of its own, so that nothing freed before is used again. */
function memoryOf(file, target) {
  const script = fileURLToPath(import.meta.url);
  const { stdout } = spawnSync(process.execPath, ['--expose-gc', script, directory, file, target], {
    encoding: 'utf8',
  });
  return stdout.trim();
}

function measureMemory(code, target) {
  const size = (file) => statSync(join(directory, file)).size;
  const smallest = load(join(directory, wasmFiles().sort((a, b) => size(a) - size(b))[0]));
  // Compiles the rewriter itself, whose machine code is not the module's cost.
  for (let i = 0; i < 10; i++) rewrite(smallest, target);
  const before = resetPeak();
  rewrite(code, target);
  console.log(((peak() - before) / code.length).toFixed(2));
}

/** Linux only: sets the peak to the present size and returns it, in bytes. */
function resetPeak() {
  globalThis.gc();
  writeFileSync('/proc/self/clear_refs', '5');
  return peak();
}

function peak() {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/VmHWM:\s*(\d+) kB/.exec(status)[1]) * 1024;
}
