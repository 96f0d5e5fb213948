import type { ImportShape, ModuleShape } from './shape.ts';

/**
 * An artifact is what preparation leaves for execution. Layout, integers little-endian:
 *
 * | bytes | what |
 * | --- | --- |
 * | 8 | magic `PVF-ART` and a zero byte |
 * | 4 | format version |
 * | 4 × 3 | length of header, wasm, machine code |
 * | … | header: JSON of {@link ArtifactHeader} |
 * | … | the rewritten wasm (V8 needs the wire bytes) |
 * | … | the machine code; empty for a module without functions |
 *
 * An artifact is made by an untrusted job: whoever loads it does so inside a job.
 */
export interface Artifact {
  readonly header: ArtifactHeader;
  readonly wasm: Uint8Array;
  readonly code: Uint8Array;
}

/** The parts of an artifact's file, not looked into. */
export interface ArtifactParts {
  /** JSON of an {@link ArtifactHeader}, if the file is what it claims to be. */
  readonly header: Uint8Array;
  readonly wasm: Uint8Array;
  /** In a buffer of its own: V8 reads code from a whole ArrayBuffer. */
  readonly code: ArrayBuffer;
}

export interface ArtifactHeader {
  /** `engineStamp` of the engine that compiled it, flags included, and the executor's version. */
  readonly engine: string;
  readonly shape: ModuleShape;
  /** About the code as given, for people; absent in artifacts of older versions. */
  readonly source?: ArtifactSource;
}

export interface ArtifactSource {
  /** Bytes of the decompressed code. */
  readonly codeBytes: number;
  /** Functions of its index space: those behind them are the rewriting's own. */
  readonly functions: number;
}

const MAGIC = Uint8Array.of(0x50, 0x56, 0x46, 0x2d, 0x41, 0x52, 0x54, 0x00);
const FORMAT_VERSION = 1;
const FIXED_BYTES = 24;

export type ArtifactErrorCode =
  | 'NOT_AN_ARTIFACT'
  | 'OTHER_FORMAT_VERSION'
  | 'TRUNCATED'
  | 'OTHER_ENGINE'
  | 'REJECTED_CODE';

/** An artifact that this engine cannot load. The remedy is always to prepare the PVF again: RuntimeConstruction. */
export class ArtifactError extends Error {
  override readonly name = 'ArtifactError';
  readonly code: ArtifactErrorCode;
  readonly meta: Readonly<Record<string, string | number>>;

  constructor(
    code: ArtifactErrorCode,
    message: string,
    meta: ArtifactError['meta'] = {},
    options?: ErrorOptions,
  ) {
    super(`${message}; prepare the PVF again`, options);
    this.code = code;
    this.meta = meta;
  }
}

export function encodeArtifact({ header, wasm, code }: Artifact): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(FIXED_BYTES + json.length + wasm.length + code.length);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(8, FORMAT_VERSION, true);
  view.setUint32(12, json.length, true);
  view.setUint32(16, wasm.length, true);
  view.setUint32(20, code.length, true);
  bytes.set(json, FIXED_BYTES);
  bytes.set(wasm, FIXED_BYTES + json.length);
  bytes.set(code, FIXED_BYTES + json.length + wasm.length);
  return bytes;
}

/** Where the parts of an artifact lie in its file: first byte and the one behind the last. */
export interface ArtifactLayout {
  readonly header: readonly [number, number];
  readonly wasm: readonly [number, number];
  readonly code: readonly [number, number];
}

/**
 * Tells an artifact's parts by the lengths at its start; reads nothing else of it, so a worker may call it on what an
 * untrusted job has made.
 *
 * @throws ArtifactError
 */
export function artifactLayout(bytes: Uint8Array): ArtifactLayout {
  if (bytes.length < FIXED_BYTES || !MAGIC.every((byte, i) => bytes[i] === byte)) {
    throw new ArtifactError('NOT_AN_ARTIFACT', 'the file is not an artifact of this executor', {
      bytes: bytes.length,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(8, true);
  if (version !== FORMAT_VERSION) {
    throw new ArtifactError(
      'OTHER_FORMAT_VERSION',
      `the artifact has format ${version}, not ${FORMAT_VERSION}`,
      { version },
    );
  }
  const headerEnd = FIXED_BYTES + view.getUint32(12, true);
  const wasmEnd = headerEnd + view.getUint32(16, true);
  const codeEnd = wasmEnd + view.getUint32(20, true);
  if (codeEnd !== bytes.length) {
    throw new ArtifactError('TRUNCATED', `the artifact has ${bytes.length} bytes instead of ${codeEnd}`, {
      bytes: bytes.length,
      expected: codeEnd,
    });
  }
  return { header: [FIXED_BYTES, headerEnd], wasm: [headerEnd, wasmEnd], code: [wasmEnd, codeEnd] };
}

/**
 * Cuts an artifact's file into copies of its parts.
 *
 * @throws ArtifactError
 */
export function splitArtifact(bytes: Uint8Array): ArtifactParts {
  const { header, wasm, code } = artifactLayout(bytes);
  return {
    header: bytes.subarray(...header),
    wasm: copyOf(bytes, ...wasm),
    code: copyOf(bytes, ...code).buffer,
  };
}

/** In a buffer of its own, also where `bytes` is a Buffer, whose `slice` is a view. */
function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(end - start);
  copy.set(bytes.subarray(start, end));
  return copy;
}

/** Parses an artifact's header. Untrusted: call it inside a job only. @throws ArtifactError */
export function readHeader(parts: ArtifactParts): ArtifactHeader {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(parts.header));
  } catch (cause) {
    throw new ArtifactError('NOT_AN_ARTIFACT', 'the header of the artifact is not readable', {}, { cause });
  }
  if (!isHeader(header)) {
    throw new ArtifactError('NOT_AN_ARTIFACT', 'the header of the artifact has another form');
  }
  return header;
}

/** The form of all that is read before the module itself: whoever wrote the file may be hostile. */
function isHeader(value: unknown): value is ArtifactHeader {
  const { engine, shape } = (value ?? {}) as { engine?: unknown; shape?: unknown };
  if (typeof engine !== 'string' || typeof shape !== 'object' || shape === null) return false;
  const { definedFunctions, hasStart, memoryMinPages, imports, heightExport } = shape as Record<
    keyof ModuleShape,
    unknown
  >;
  return (
    typeof definedFunctions === 'number' &&
    typeof hasStart === 'boolean' &&
    (memoryMinPages === undefined || isPageCount(memoryMinPages)) &&
    (heightExport === undefined || typeof heightExport === 'string') &&
    Array.isArray(imports) &&
    imports.every(isImport)
  );
}

/** What an artifact says of its source, if that is what it should be. */
export function readSource({ source }: ArtifactHeader): ArtifactSource | undefined {
  const { codeBytes, functions } = (source ?? {}) as Record<keyof ArtifactSource, unknown>;
  return isU32(codeBytes) && isU32(functions) ? { codeBytes, functions } : undefined;
}

function isU32(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;
}

const MAX_PAGES = 65_536;

function isPageCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_PAGES;
}

function isImport(value: unknown): boolean {
  const { module, name, kind, signature } = (value ?? {}) as Record<keyof ImportShape, unknown>;
  return (
    typeof module === 'string' &&
    typeof name === 'string' &&
    typeof kind === 'string' &&
    (signature === undefined || typeof signature === 'string')
  );
}
