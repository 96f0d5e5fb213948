import { scanComponent } from './scan/scan-component.ts';

/** From here on little is left of what the relay chain takes. */
const LARGE_BYTES = 2_900_000;
/** MAX_CODE_SIZE of Polkadot and Kusama, which the compressed blob must not exceed. */
const CODE_LIMIT_BYTES = 3 * 1024 * 1024;

/** What an author should know about a flattened module, as sentences. */
export function warningsOf(flat: {
  readonly component: Uint8Array;
  readonly module: Uint8Array;
  readonly compressed: Uint8Array;
  readonly trapped: readonly string[];
}): string[] {
  const warnings: string[] = [];
  const size = flat.compressed.length;
  if (size > LARGE_BYTES) {
    const limit = `the relay chain takes ${CODE_LIMIT_BYTES} bytes of compressed code`;
    warnings.push(
      size > CODE_LIMIT_BYTES
        ? `too large: ${size} bytes compressed, and ${limit}`
        : `large: ${size} bytes compressed; ${limit}`,
    );
  }
  if (flat.trapped.length > 0) {
    warnings.push(
      `${flat.trapped.length} imports trap when they are called, as a validation function has none of them: ${flat.trapped.join(', ')}`,
    );
  }
  const { producers } = scanComponent(flat.component);
  if (producers.some((entry) => entry.startsWith('componentize-qjs'))) {
    warnings.push(
      'componentize-qjs (0.4.5 and before) returns 2147483647 for every u32 above it: results and messages with larger numbers come out wrong',
    );
  }
  return warnings;
}
