import { SandboxError } from '@pvf/linux';
import type { LayerOutcome, PolicyLayer, Requirement } from './types.ts';

/** Collects what becomes of each layer while a policy is planned. */
export class Outcomes {
  readonly list: LayerOutcome[] = [];

  /** @throws SandboxError LAYER_UNAVAILABLE if something is missing that was required */
  add(
    layer: PolicyLayer,
    requirement: Requirement | undefined,
    by: readonly string[],
    missing: readonly string[],
    reason?: string,
    passes: readonly string[] = [],
  ): void {
    const inForce = passes.length === 0 ? 'enforced' : 'measured';
    const status = missing.length === 0 ? inForce : by.length === 0 ? 'not-enforced' : 'partial';
    if (missing.length > 0 && requirement !== 'best-effort') {
      throw new SandboxError(
        'LAYER_UNAVAILABLE',
        { layer, reason: reason ?? missing.join(', ') },
        `${layer}: cannot enforce ${missing.join(', ')}${reason === undefined ? '' : `: ${reason}`}; see the probe, or make the layer best-effort`,
      );
    }
    this.list.push({
      layer,
      status,
      by,
      missing,
      ...(passes.length === 0 ? {} : { passes }),
      ...(missing.length === 0 || reason === undefined ? {} : { reason }),
    });
  }
}
