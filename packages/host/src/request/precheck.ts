import { isDeterministic, precheckingMaxMemory } from '@pvf/protocol';
import type { ArtifactResult } from '../artifacts/index.ts';
import type { PreparationDetail } from '../detail.ts';
import { orAborted } from '../or-aborted.ts';
import type { OutcomeCommon, PrecheckOutcome } from '../outcome.ts';
import { describePrepareError } from '../verdict/index.ts';
import type { CheckedPvf } from './check.ts';
import { preparationDetail } from './detail.ts';
import type { HostServices } from './host-services.ts';
import { importCode } from './import-code.ts';
import { acquireArtifact, artifactInfo } from './prepare.ts';
import { type RequestScope, Stopped } from './scope.ts';

/** Runs one precheck to its outcome. Never rejects. */
export async function runPrecheck(
  services: HostServices,
  scope: RequestScope,
  pvf: CheckedPvf,
): Promise<PrecheckOutcome> {
  let codeHash = '';
  let result: ArtifactResult | undefined;
  const common = (): OutcomeCommon & { detail: PreparationDetail } => ({
    requestId: scope.id,
    codeHash,
    totalMs: scope.elapsed(),
    detail: preparationDetail(pvf, result),
  });
  try {
    scope.signal.throwIfAborted();
    const code = await orAborted(importCode(services.threads, pvf.code), scope.signal);
    codeHash = code.hash;
    scope.progress({ type: 'hashed', codeHash });
    result = await acquireArtifact(services, scope, pvf, code, {
      purpose: 'precheck',
      priority: 'normal',
    });
    switch (result.type) {
      case 'ready': {
        const artifact = artifactInfo(result.artifact, result.fromCache);
        return { ...common(), kind: 'ok', vote: 'for', artifact };
      }
      case 'failed': {
        const { error, times } = result;
        const message = describePrepareError(error, times, precheckingMaxMemory(pvf.params));
        return {
          ...common(),
          kind: 'failed',
          vote: 'against',
          deterministic: isDeterministic(error),
          error,
          message,
        };
      }
      case 'not-started': {
        const cause = result.reason.type === 'replaced' ? 'workers-replaced' : 'worker-not-started';
        return { ...common(), kind: 'internal', vote: 'abstain', cause, message: result.reason.message };
      }
      default:
        return result satisfies never;
    }
  } catch (error) {
    if (!(error instanceof Stopped)) {
      scope.logger.error({ error: String(error) }, 'precheck failed unexpectedly');
      return { ...common(), kind: 'internal', vote: 'abstain', cause: 'host-fault', message: String(error) };
    }
    const { reason } = error;
    if (reason === 'caller' || reason === 'host-closed') {
      return { ...common(), kind: 'cancelled', vote: 'none', cause: reason };
    }
    return { ...common(), kind: 'deadline-passed', vote: 'none', cause: 'caller-deadline' };
  }
}
