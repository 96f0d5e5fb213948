/**
 * The program that looks into a module for `pvf serve`, run in a sandbox: code comes on standard input, executor params
 * (as `--executor-params` has them) are the argument, the answer is one line of JSON on standard output.
 */
import { buffer } from 'node:stream/consumers';
import { BlobError, decompressBlob } from '@pvf/executor';
import type { ExecutorParams } from '@pvf/protocol';
import { parseExecutorParams } from '../input/executor-params.ts';
import { toJson } from '../output/json.ts';
import { INSPECTION_LIMIT_BYTES } from '../output/shortcomings.ts';
import { reportOnModule } from './module-report.ts';

void main();

async function main(): Promise<void> {
  const params = parseExecutorParams(JSON.parse(process.argv[2] ?? '[]'));
  const code = await buffer(process.stdin);
  process.stdout.write(toJson(await answer(Uint8Array.from(code), params)));
}

async function answer(bytes: Uint8Array, params: ExecutorParams): Promise<object> {
  let module: Uint8Array;
  try {
    module = decompressBlob(bytes, INSPECTION_LIMIT_BYTES);
  } catch (error) {
    if (!(error instanceof BlobError)) throw error;
    return { unreadable: error.message };
  }
  const { report, warnings } = await reportOnModule(module, params, 'FILE');
  return { warnings, report };
}
