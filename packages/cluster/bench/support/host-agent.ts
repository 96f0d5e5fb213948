// An agent with a real host, as `host-agent.ts OPTIONS`. Asked `{ local: … }`, it executes candidates of the example PVF with the same
// host and without the cluster, and tells how long each took to come, milliseconds, and a hash of all results.

import { readAdderPvf } from '@pvf/example-adder-pvf';
import { PvfHost } from '@pvf/host';
import { Agent } from '../../dist/index.js';
import { adderInput, Digest, Intervals } from './adder.ts';
import { LIMITS } from './candidates.ts';

export interface LocalQuestion {
  readonly first: number;
  readonly count: number;
  readonly atOnce: number;
  readonly povBytes: number;
}

const { servers, slots } = JSON.parse(process.argv[2] ?? '') as { servers: string; slots: number };
const host = await PvfHost.start({ secureMode: false, executeWorkers: slots });
const agent = await Agent.start({
  servers,
  id: 'agent',
  executor: host,
  engine: `node ${host.status().workers.execute.node}`,
  slots,
  limits: LIMITS,
});
process.send?.('ready');
process.on('message', async ({ local }: { local: LocalQuestion }) => process.send?.(await execute(local)));
process.on('disconnect', async () => {
  await agent.close();
  await host.close();
  process.exit();
});

async function execute({ first, count, atOnce, povBytes }: LocalQuestion) {
  const code = await host.importCode(readAdderPvf());
  const [intervals, digest] = [new Intervals(), new Digest()];
  let next = first;
  const lane = async () => {
    while (next < first + count) {
      const index = next;
      next += 1;
      const outcome = await host.validate({ ...adderInput(index, povBytes), code } as Parameters<
        PvfHost['validate']
      >[0]);
      if (outcome.kind !== 'valid') throw new Error(`${outcome.kind} without the cluster`);
      intervals.mark();
      digest.add(index, outcome.resultBytes);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return { intervals: intervals.values, digest: digest.text };
}
