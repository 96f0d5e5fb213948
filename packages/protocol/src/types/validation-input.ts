import { bytes, codec, type Fields, hash, struct, trailing, u32, variants } from '../scale/index.ts';
import type { ExecuteRequest } from './execute.ts';

/** What `validate_block` gets. */
export interface ValidationParams {
  /** Head data of the parent block. */
  readonly parentHead: Uint8Array;
  /** The PoV's block data, decompressed. */
  readonly blockData: Uint8Array;
  /** Block number of the relay parent, u32. */
  readonly relayParentNumber: number;
  /** 32 bytes. */
  readonly relayParentStorageRoot: Uint8Array;
}

const params: Fields<ValidationParams> = {
  parentHead: bytes,
  blockData: bytes,
  relayParentNumber: u32,
  relayParentStorageRoot: hash,
};

/** The part that candidates of every version have; an extension behind it counts as rest. */
export const ValidationParams = codec<ValidationParams>('ValidationParams', struct(params));

/** What candidates with a newer descriptor get in addition; the index is the descriptor's version. */
export interface ValidationParamsExtension {
  /** The version that it came with. */
  readonly type: 'V3';
  /** 32 bytes. */
  readonly relayParent: Uint8Array;
  /** 32 bytes. */
  readonly schedulingParent: Uint8Array;
}

/** SCALE codec of {@link ValidationParamsExtension}; decoding throws `ProtocolError`. */
export const ValidationParamsExtension = codec<ValidationParamsExtension>(
  'ValidationParamsExtension',
  variants<ValidationParamsExtension>({ V3: [3, { relayParent: hash, schedulingParent: hash }] }),
);

/** The whole byte string passed to `validate_block`. */
export interface ValidationInput extends ValidationParams {
  /** Undefined for candidates of V1, V2 and unknown versions. */
  readonly extension: ValidationParamsExtension | undefined;
}

/** {@link ValidationParams}, then the extension without any option byte: it is there if bytes are left. */
export const ValidationInput = codec<ValidationInput>(
  'ValidationInput',
  struct<ValidationInput>({ ...params, extension: trailing(ValidationParamsExtension) }),
);

/**
 * What `validate_block` gets for `request`: its PoV replaced by the decompressed `blockData`, with the extension
 * if the candidate's descriptor is V3 (and only then: as in the reference, unknown versions get none).
 */
export function validationInputOf(request: ExecuteRequest, blockData: Uint8Array): ValidationInput {
  const { pvd, relayParent, schedulingParent, descriptorVersion } = request;
  return {
    parentHead: pvd.parentHead,
    blockData,
    relayParentNumber: pvd.relayParentNumber,
    relayParentStorageRoot: pvd.relayParentStorageRoot,
    extension: descriptorVersion.type === 'V3' ? { type: 'V3', relayParent, schedulingParent } : undefined,
  };
}
