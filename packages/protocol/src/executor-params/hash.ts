import { blake2b256 } from '../checksum/blake2b256.ts';
import { concat } from '../scale/index.ts';
import { ExecutorParam, ExecutorParams } from '../types/executor-params.ts';

const PREP_DOMAIN = new TextEncoder().encode('prep');

/**
 * Whether a parameter changes what preparation produces. Only such parameters are part of {@link paramsPrepHash},
 * so that changing another one does not prepare every PVF anew.
 */
function affectsArtifact(param: ExecutorParam): boolean {
  switch (param.type) {
    case 'StackLogicalMax':
    case 'WasmExtBulkMemory':
      return true;
    case 'MaxMemoryPages':
    case 'StackNativeMax':
    case 'PrecheckingMaxMemory':
    case 'PvfPrepTimeout':
    case 'PvfExecTimeout':
    case 'EnabledHostFunction':
      return false;
    default:
      return param satisfies never;
  }
}

/** blake2-256 of the encoded parameters, 32 bytes: the identity of a set, order included. */
export function paramsHash(params: ExecutorParams): Uint8Array {
  return blake2b256(ExecutorParams.encode(params));
}

/**
 * blake2-256 of the parameters that change the artifact, 32 bytes. An artifact's identity is (code hash, this).
 * Rule: `ExecutorParams::prep_hash` of polkadot-primitives 26.0.0.
 */
export function paramsPrepHash(params: ExecutorParams): Uint8Array {
  const relevant = params.filter(affectsArtifact).map((param) => ExecutorParam.encode(param));
  return blake2b256(concat([PREP_DOMAIN, ...relevant]));
}

/** blake2-256 of a PVF's code exactly as given (compressed or not), 32 bytes: how the chain names it. About 30 MB/s. */
export function codeHash(code: Uint8Array): Uint8Array {
  return blake2b256(code);
}
