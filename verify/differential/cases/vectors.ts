import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execution, type PvfCase, pvfCase } from './types.ts';

/** A record of `execute.json` or of `full-blob.json`, as far as it is used here. */
interface VectorRecord {
  name: string;
  kind?: string;
  wasm?: string;
  file?: string;
}

/** The modules of the golden vectors, sent through the wire: prepared for both purposes, and run once. */
export function* vectorModules(vectorsDir: string): Generator<PvfCase> {
  for (const file of ['execute', 'full-blob']) {
    const records = JSON.parse(readFileSync(join(vectorsDir, `${file}.json`), 'utf8')) as VectorRecord[];
    for (const [index, record] of records.entries()) {
      const code = moduleOf(vectorsDir, record);
      if (code === undefined) continue;
      const id = `vector/${file}/${index}/${record.name}`;
      yield pvfCase(id, code, { executions: [execution('empty')] });
      if (record.kind === 'stage')
        yield pvfCase(`${id}/compilation`, code, { kind: 'Compilation', executions: [execution('empty')] });
    }
  }
}

function moduleOf(dir: string, record: VectorRecord): Uint8Array | undefined {
  if (record.wasm !== undefined) return Buffer.from(record.wasm, 'hex');
  if (record.file?.startsWith('wasm/')) return readFileSync(join(dir, record.file));
  return undefined;
}
