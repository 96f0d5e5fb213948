/**
 * Which step of preparation refuses the module, as the node's `PrepareError` names them.
 * Both are deterministic: every validator refuses the same bytes for the same reason.
 *
 * - `PREVALIDATION`: the bytes are no module of the accepted (MVP) format.
 * - `PREPARATION`: the format is right, but the stack limiter or validation refuses the contents.
 */
export type RewriteErrorCode = 'PREVALIDATION' | 'PREPARATION';

/** Where the refusal happened; all positions refer to the module as given (decompressed). */
export interface RewriteErrorMeta {
  /** Section name as in the WebAssembly specification, e.g. `code`. */
  readonly section?: string;
  /** Index in the function index space: imported functions come first. */
  readonly functionIndex?: number;
  /** What the module's name section calls it. Untrusted, shortened, without control characters. */
  readonly functionName?: string;
  /** Bytes from the start of the module. */
  readonly offset?: number;
}

/** A module that cannot be prepared. Thrown by `rewriteModule`; compare `code` and `meta`, not the text. */
export class RewriteError extends Error {
  override readonly name = 'RewriteError';
  readonly code: RewriteErrorCode;
  readonly meta: RewriteErrorMeta;
  /** What is wrong, without the place. */
  readonly reason: string;

  constructor(code: RewriteErrorCode, reason: string, meta: RewriteErrorMeta = {}) {
    super(describe(code, reason, meta));
    this.code = code;
    this.reason = reason;
    this.meta = meta;
  }

  /** The same refusal with the function's name. @param name as it stands in the module */
  named(name: string): RewriteError {
    const printable = name.replace(/\p{C}/gu, '\u{fffd}');
    const functionName = printable.length <= NAME_CHARS ? printable : `${printable.slice(0, NAME_CHARS)}…`;
    return new RewriteError(this.code, this.reason, { ...this.meta, functionName });
  }
}

const NAME_CHARS = 200;

const REMEDY: Record<RewriteErrorCode, string> = {
  PREVALIDATION:
    'the executor takes WebAssembly MVP modules only; rebuild the PVF for wasm32v1-none or check that the file is complete',
  PREPARATION: 'every validator refuses this module; rebuild the PVF from source with a current toolchain',
};

function describe(code: RewriteErrorCode, reason: string, meta: RewriteErrorMeta): string {
  const place: string[] = [];
  if (meta.section !== undefined) place.push(`${meta.section} section`);
  if (meta.functionIndex !== undefined) {
    const name = meta.functionName === undefined ? '' : ` "${meta.functionName}"`;
    place.push(`function ${meta.functionIndex}${name}`);
  }
  if (meta.offset !== undefined) place.push(`offset ${meta.offset}`);
  const where = place.length > 0 ? ` (${place.join(', ')})` : '';
  const step = code === 'PREVALIDATION' ? 'prevalidation' : 'preparation';
  return `${step} refused the module: ${reason}${where}; ${REMEDY[code]}`;
}
