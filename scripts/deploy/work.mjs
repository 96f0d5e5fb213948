// For scrape.test.mjs, as the module of deploy/host.mjs: makes each metric of a host that can be made in seconds, then waits.
import { adderChain, readAdderPvf } from '@pvf/example-adder-pvf';

const OF_SESSION = { executorParams: [], validationCodeBombLimit: 30 * 1024 * 1024 };
const zeros = new Uint8Array(32);

export async function run({ host, signal }) {
  const code = readAdderPvf();
  const [first] = adderChain([1n]);
  const candidate = (kind, blockData, rest = {}) => ({
    ...OF_SESSION,
    ...{ code, kind, pov: { blockData }, ...rest },
    validationData: {
      parentHead: first.parentHead,
      relayParentNumber: 1,
      relayParentStorageRoot: zeros,
      maxPovSize: 1024,
    },
  });
  const outcomes = [
    await host.precheck({ ...OF_SESSION, code }),
    await host.precheck({ ...OF_SESSION, code: new Uint8Array(8) }),
    await host.validate(candidate('approval', first.blockData)),
    await host.validate(candidate('dispute', first.blockData)),
    await host.validate(candidate('backing', new Uint8Array(3))),
    // Cannot be prepared: this host abstains.
    await host.validate(candidate('approval', first.blockData, { code: new Uint8Array(8) })),
  ];
  console.log(JSON.stringify({ outcomes: outcomes.map(({ kind }) => kind) }));
  await new Promise((aborted) => signal.addEventListener('abort', aborted));
}
