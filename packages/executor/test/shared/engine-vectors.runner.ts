// Runs one file of engine vectors under the workers' flags: `engine-vectors.runner.ts FILE PVF_DIR`; a JSON line per
// record goes to stdout. Started by engine-vectors.shared.test.ts.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ExecutorParams, executorSemantics } from '@pvf/protocol';
import { runArtifact, runGuest } from '../engine/run-guest.ts';

interface Record_ {
  readonly name: string;
  readonly kind?: string;
  readonly wasm?: string;
  readonly file?: string;
  readonly params?: string;
  readonly params_lcg?: { seed: number; len: number };
  readonly artifact?: string;
  readonly bomb_limit?: number;
  readonly executor_params?: readonly { type: string; value?: unknown }[];
}

const [file = ''] = process.argv.slice(2);
const DEFAULT_BOMB_LIMIT = 30 * 1024 * 1024;

function lcg({ seed, len }: { seed: number; len: number }): Uint8Array {
  const bytes = new Uint8Array(len);
  let x = seed;
  for (let i = 0; i < len; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    bytes[i] = x >>> 24;
  }
  return bytes;
}

for (const record of JSON.parse(readFileSync(file, 'utf8')) as Record_[]) {
  // A few large records carry only a hash; test/shared/stage.shared.test.ts rebuilds those modules.
  if (record.kind === 'transform' || (record.wasm ?? record.file ?? record.artifact) === undefined) continue;
  const executorParams = (record.executor_params ?? []) as unknown as ExecutorParams;
  const params =
    record.params_lcg === undefined ? Buffer.from(record.params ?? '', 'hex') : lcg(record.params_lcg);
  let result: object;
  if (record.artifact !== undefined) {
    let parts: ReturnType<typeof runArtifact> | { response: string; message: string };
    try {
      parts = runArtifact(Buffer.from(record.artifact, 'hex'), params, executorSemantics(executorParams));
    } catch (error) {
      parts = { response: `threw ${error}`, message: '' };
    }
    result = { stage: 'ok', ...parts };
  } else {
    const wasm =
      record.wasm === undefined
        ? readFileSync(join(dirname(file), record.file!))
        : Buffer.from(record.wasm, 'hex');
    try {
      result = runGuest(wasm, params, executorParams, record.bomb_limit ?? DEFAULT_BOMB_LIMIT);
    } catch (error) {
      result = { stage: 'threw', message: String((error as Error).stack) };
    }
  }
  const { hex } = result as { hex?: string };
  const sha256 =
    hex === undefined ? undefined : createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex');
  process.stdout.write(`${JSON.stringify({ name: record.name, ...result, sha256 })}\n`);
}
