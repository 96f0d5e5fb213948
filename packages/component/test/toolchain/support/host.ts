import { PvfHost, type ValidationOutcome } from '@pvf/host';

/** A host for tests; its caller closes it. */
export function startHost(): Promise<PvfHost> {
  return PvfHost.start({
    secureMode: false,
    executeWorkers: 1,
    prepareWorkersHard: 1,
    spawnTimeoutMs: 30_000,
  });
}

export type Validate = (
  parentHead: Uint8Array,
  blockData: Uint8Array,
  timeoutMs?: number,
) => Promise<ValidationOutcome>;

/** Takes a PVF in and returns how to validate a candidate on it. */
export async function validator(host: PvfHost, module: Uint8Array): Promise<Validate> {
  const code = await host.importCode(Uint8Array.from(module));
  return (parentHead, blockData, timeoutMs) =>
    host.validate({
      code,
      kind: 'backing',
      executorParams: [],
      validationCodeBombLimit: 30 * 1024 * 1024,
      ...(timeoutMs !== undefined && { executionTimeoutMs: timeoutMs }),
      validationData: {
        parentHead,
        relayParentNumber: 4_000_000_000,
        relayParentStorageRoot: new Uint8Array(32).fill(3),
        maxPovSize: 32 * 1024 * 1024,
      },
      pov: { blockData },
    });
}
