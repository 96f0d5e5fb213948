import { PvfCode } from '../code.ts';
import { type Threads, toShared } from '../threads/index.ts';
import type { CodeInput } from '../types.ts';

/** A PVF's bytes in shared memory, with their hash. */
export async function importCode(threads: Pick<Threads, 'hash'>, code: CodeInput): Promise<PvfCode> {
  if (code instanceof PvfCode) return code;
  const bytes = await toShared(code);
  return new PvfCode(bytes, await threads.hash({ parts: [bytes] }));
}
