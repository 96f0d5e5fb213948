import { durationFromMs, type PvfPrepData, prepTimeoutMs } from '@pvf/protocol';
import type { ArtifactRequest, ArtifactResult } from '../artifacts/index.ts';
import type { PvfCode } from '../code.ts';
import { fromHex } from '../hex.ts';
import type { ArtifactInfo } from '../outcome.ts';
import type { Artifact } from '../store/index.ts';
import type { CheckedPvf } from './check.ts';
import type { HostServices } from './host-services.ts';
import type { RequestScope } from './scope.ts';

/** Asks for a PVF's artifact on behalf of a request. Rejects with the scope's `Stopped`. */
export async function acquireArtifact(
  services: HostServices,
  scope: RequestScope,
  pvf: CheckedPvf,
  code: PvfCode,
  purpose: Pick<ArtifactRequest, 'purpose' | 'priority'>,
): Promise<ArtifactResult> {
  const request: ArtifactRequest = {
    ...artifactRequest(services, pvf, code, purpose),
    onQueued: (shared) => {
      scope.logger.debug({ codeHash: code.hash, shared }, 'waits for a preparation');
      scope.progress({ type: 'preparation-queued', shared });
    },
    onStarted: (pid) => {
      scope.logger.debug({ codeHash: code.hash, workerPid: pid }, 'preparing');
      scope.progress({ type: 'preparing', workerPid: pid });
    },
  };
  const result = await services.artifacts.acquire(request, scope.signal);
  if (result.type === 'ready') scope.progress({ type: 'artifact-ready', fromCache: result.fromCache });
  return result;
}

/** The part of an artifact's request that depends on nothing but the PVF and what it is for. */
export function artifactRequest(
  { engine }: Pick<HostServices, 'engine'>,
  pvf: CheckedPvf,
  code: PvfCode,
  { purpose, priority }: Pick<ArtifactRequest, 'purpose' | 'priority'>,
): ArtifactRequest {
  const identity = { codeHash: code.hash, prepHash: pvf.prepHash, engine };
  const precheck = purpose === 'precheck';
  const request: PvfPrepData = {
    maybeCompressedCode: code.bytes,
    validationCodeBombLimit: pvf.bombLimit,
    codeHash: fromHex(code.hash),
    executorParams: pvf.params,
    prepTimeout: durationFromMs(prepTimeoutMs(pvf.params, precheck ? 'Precheck' : 'Prepare')),
    prepKind: precheck ? 'Prechecking' : 'Compilation',
  };
  return { identity, purpose, priority, work: { request, destination: { type: 'cache', identity } } };
}

export function artifactInfo({ identity, size, stats }: Artifact, fromCache: boolean): ArtifactInfo {
  return { codeHash: identity.codeHash, prepHash: identity.prepHash, size, fromCache, stats };
}
