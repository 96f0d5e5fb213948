// Some candidates of the example PVF, for hosts in this machine.
import { adderChain, readAdderPvf } from '@pvf/example-adder-pvf';

const BOMB_LIMIT_BYTES = 30 << 20;
const CANDIDATES = 6;

/** Validates them one after the other. @returns for each `right`, or what came instead */
export async function validateSome(host) {
  const code = readAdderPvf();
  const chain = adderChain(Array.from({ length: CANDIDATES }, (_, i) => BigInt(i)));
  const answers = [];
  for (const candidate of chain) {
    const outcome = await host.validate({
      code,
      executorParams: [],
      validationCodeBombLimit: BOMB_LIMIT_BYTES,
      validationData: {
        parentHead: candidate.parentHead,
        relayParentNumber: 1,
        relayParentStorageRoot: new Uint8Array(32),
        maxPovSize: 10 << 20,
      },
      pov: { blockData: candidate.blockData },
      kind: 'approval',
      // Everything is emulated here.
      executionTimeoutMs: 120_000,
    });
    const right = outcome.kind === 'valid' && Buffer.compare(outcome.result.headData, candidate.head) === 0;
    answers.push(right ? 'right' : (outcome.message ?? outcome.kind));
  }
  return answers;
}
