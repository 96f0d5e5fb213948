import { existsSync, readFileSync } from 'node:fs';
import { readAdderPvf } from '@pvf/example-adder-pvf';
import {
  artifactChecksum,
  artifactRecord,
  codeHash,
  type ExecutorParams,
  hasArtifactRecord,
  paramsPrepHash,
  withoutArtifactRecord,
} from '@pvf/protocol';
import {
  compileWat,
  compressedBlob,
  garbageBlob,
  guest,
  slowToCompile,
  truncatedBlob,
  zstdBomb,
} from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import { answerOf, TestWorker } from './support/worker.ts';

const MIB = 1 << 20;

describe('code that a PVF can have', () => {
  it('becomes an artifact with the checksum, the times and the sizes that the worker tells', async () => {
    const worker = await TestWorker.start();
    const code = readAdderPvf();
    const result = await worker.prepare(code);
    if (!result.ok) throw new Error(answerOf(result));
    const { checksum, stats } = result.value;
    expect(Buffer.from(checksum)).toEqual(Buffer.from(artifactChecksum(readFileSync(worker.artifactPath))));
    expect(stats.observedWasmCodeLen).toBe(code.length);
    expect(stats.cpuTimeElapsed.nanos).toBeGreaterThan(0);
    expect(stats.memoryStats.maxRss).toBeGreaterThan(0n);
    expect(stats.memoryStats.peakTrackedAlloc).toBeGreaterThan(0n);
  });

  it('gives the same artifact each time, compressed or not, prechecked or compiled', async () => {
    const worker = await TestWorker.start();
    const code = readAdderPvf();
    const artifacts: string[] = [];
    for (const bytes of [code, compressedBlob(code), code])
      for (const prepKind of ['Prechecking', 'Compilation'] as const) {
        const result = await worker.prepare(bytes, { prepKind });
        if (!result.ok) throw new Error(answerOf(result));
        expect(result.value.stats.observedWasmCodeLen).toBe(code.length);
        const artifact = withoutArtifactRecord(readFileSync(worker.artifactPath));
        artifacts.push(Buffer.from(artifactChecksum(artifact)).toString('hex'));
      }
    expect(new Set(artifacts).size).toBe(1);
  });

  it('stands in its artifact with the executor params that matter, by the worker’s word and not the job’s', async () => {
    const worker = await TestWorker.start();
    const params: ExecutorParams = [{ type: 'StackLogicalMax', value: 60_000 }];
    const seen: Uint8Array[] = [];
    for (const code of [readAdderPvf(), guest('trap')])
      for (const executorParams of [[], params]) {
        await worker.prepare(code, { executorParams });
        const file = new Uint8Array(readFileSync(worker.artifactPath));
        const record = artifactRecord(codeHash(code), paramsPrepHash(executorParams));
        expect(hasArtifactRecord(file, record)).toBe(true);
        // What the job has sent ends before it.
        expect(withoutArtifactRecord(file).length).toBe(file.length - record.length);
        seen.push(record);
      }
    expect(new Set(seen.map((record) => Buffer.from(record).toString('hex'))).size).toBe(4);
  });
});

/** Needs a function of a module that no host has. */
const FOREIGN = guest('import-of-another-module');

describe('code that is refused', () => {
  const wasm = guest('accepts-anything');
  const bad: [string, Uint8Array, string][] = [
    ['nothing', new Uint8Array(), 'Prevalidation'],
    ['text', new TextEncoder().encode('this is no wasm module'), 'Prevalidation'],
    ['the head of a module', wasm.subarray(0, 8), 'Prevalidation'],
    ['half a module', wasm.subarray(0, wasm.length >> 1), 'Prevalidation'],
    ['a module of another version', Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0), 'Prevalidation'],
    ['an instruction that came later', guest('sign-extension'), 'Prevalidation'],
    ['bulk memory', guest('bulk-memory'), 'Prevalidation'],
    ['a compressed blob that is no frame', garbageBlob(), 'CouldNotDecompressCodeBlob'],
    ['a compressed blob that is cut', truncatedBlob(wasm), 'CouldNotDecompressCodeBlob'],
    ['a bomb', zstdBomb(31 * MIB), 'CouldNotDecompressCodeBlob'],
    ['an import from a module that no host has', FOREIGN, 'RuntimeConstruction'],
  ];
  // The head of a module is a module without anything in it.
  const accepted = new Set(['the head of a module']);

  it.each(bad)('%s', async (name, code, error) => {
    const worker = await TestWorker.start();
    expect(answerOf(await worker.prepare(code))).toBe(accepted.has(name) ? 'Ok' : error);
    expect(existsSync(worker.artifactPath)).toBe(accepted.has(name));
    expect(answerOf(await worker.prepare(wasm))).toBe('Ok');
  });

  it('is linked in a precheck alone', async () => {
    const worker = await TestWorker.start();
    expect(answerOf(await worker.prepare(FOREIGN, { prepKind: 'Prechecking' }))).toBe('RuntimeConstruction');
    expect(answerOf(await worker.prepare(FOREIGN, { prepKind: 'Compilation' }))).toBe('Ok');
  });

  it('tells what is wrong with it', async () => {
    const worker = await TestWorker.start();
    const result = await worker.prepare(guest('sign-extension'));
    if (result.ok || !('value' in result.error)) throw new Error(answerOf(result));
    expect(String(result.error.value).length).toBeGreaterThan(10);
  });
});

describe('the bomb limit', () => {
  const code = compileWat('(module (memory (export "memory") 1))');

  it('binds compressed code alone, to the byte', async () => {
    const worker = await TestWorker.start();
    const answer = async (bytes: Uint8Array, bombLimit: number): Promise<string> =>
      answerOf(await worker.prepare(bytes, { bombLimit }));
    expect(await answer(code, 1)).toBe('Ok');
    expect(await answer(compressedBlob(code), code.length)).toBe('Ok');
    expect(await answer(compressedBlob(code), code.length - 1)).toBe('CouldNotDecompressCodeBlob');
    expect(await answer(compressedBlob(code), 0)).toBe('CouldNotDecompressCodeBlob');
    expect(await answer(compressedBlob(code), 2 ** 32 - 1)).toBe('Ok');
  });

  it('lets nothing larger be decompressed, however small it came', async () => {
    const worker = await TestWorker.start();
    const bomb = zstdBomb(1024 * MIB);
    const result = await worker.prepare(bomb, {
      executorParams: [{ type: 'PrecheckingMaxMemory', value: BigInt(256 * MIB) }],
    });
    expect(answerOf(result)).toBe('CouldNotDecompressCodeBlob');
  });
});

it('many preparations in a row go through one worker', async () => {
  const worker = await TestWorker.start();
  for (let i = 0; i < 30; i++) {
    const code = i % 3 === 0 ? slowToCompile(3, 50 + i) : i % 3 === 1 ? guest('trap') : garbageBlob();
    expect(answerOf(await worker.prepare(code))).toBe(i % 3 === 2 ? 'CouldNotDecompressCodeBlob' : 'Ok');
  }
});
