import { adderChain, encodeAdderBlock, readAdderPvf } from '@pvf/example-adder-pvf';
import { PersistedValidationData, PoV } from '@pvf/protocol';
import { compileWat } from '@pvf/test-kit';
import { bytes, candidate, type PvfClient } from '../../../src/client/index.ts';

export const BOMB_LIMIT = 30 * 1024 * 1024;
const [first] = adderChain([5n]);
const validationData = {
  parentHead: first?.parentHead as Uint8Array,
  relayParentNumber: 9,
  relayParentStorageRoot: new Uint8Array(32),
  maxPovSize: 1_000_000,
};

/** A collator's file of this block of the adder. */
const exported = (blockData: Uint8Array): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([...PoV.encode({ blockData }), ...PersistedValidationData.encode(validationData)]);

export const GOOD_POV = exported(first?.blockData as Uint8Array);
export const BAD_POV = exported(encodeAdderBlock({ state: 1n, add: 5n }));
export const ADDER = Uint8Array.from(readAdderPvf());

/** What a page must show as the characters that it is. */
export const HOSTILE = [
  '</pre><img src=x onerror="globalThis.hit=1"><script>globalThis.hit=1</script>',
  '<svg onload=globalThis.hit=1><b>bold</b>&lt;i&gt; javascript:alert(1) {{7*7}}',
  '\u202Etxt.exe\u202C',
].join(' ');

/** Logs and panics with those words, in every block. */
export function hostilePvf(words = HOSTILE): Uint8Array<ArrayBuffer> {
  const said = Buffer.from(words);
  const data = [...said].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
  const fat = `(i64.const ${(BigInt(said.length) << 32n) | 4_096n})`;
  return Uint8Array.from(
    compileWat(`(module
      (import "env" "ext_logging_log_version_1" (func $log (param i32 i64 i64)))
      (import "env" "ext_panic_handler_abort_on_panic_version_1" (func $panic (param i64)))
      (import "env" "ext_unheard_of_version_1" (func))
      (memory (export "memory") 1)
      (global (export "__heap_base") i32 (i32.const 16384))
      (data (i32.const 4096) "${data}")
      (func (export "validate_block") (param i32 i32) (result i64)
        (call $log (i32.const 0) ${fat} ${fat})
        (call $panic ${fat})
        (unreachable)))`),
  );
}

export async function upload(client: PvfClient, code: Uint8Array<ArrayBuffer>): Promise<string> {
  const { data, error } = await client.POST('/v1/code', bytes(code));
  if (error !== undefined) throw new Error(error.detail);
  return data.codeHash;
}

export type Kind = 'dispute' | 'approval' | 'backing' | 'backing-system';

export function validate(
  client: PvfClient,
  codeHash: string,
  exportedPov: Uint8Array<ArrayBuffer>,
  kind: Kind,
) {
  const request = { codeHash, executorParams: [], validationCodeBombLimit: BOMB_LIMIT, kind };
  return client.POST('/v1/validations', candidate(request, { exportedPov }));
}
