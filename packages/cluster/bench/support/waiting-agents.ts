// Agents in one process, as `waiting-agents.ts OPTIONS`: the real ones, whose jobs wait for as long as the block data says.

import { waitingExecutor } from '../../check/support/executors.ts';
import { Agent } from '../../dist/index.js';
import { LIMITS, waitOf } from './candidates.ts';

const { servers, first, count, slots } = JSON.parse(process.argv[2] ?? '') as {
  servers: string;
  first: number;
  count: number;
  slots: number;
};

const agents = await Promise.all(
  Array.from({ length: count }, (_, index) =>
    Agent.start({
      servers,
      id: `agent-${first + index}`,
      executor: waitingExecutor({ waitMs: waitOf }),
      engine: 'waits',
      slots,
      limits: LIMITS,
    }),
  ),
);
process.send?.('ready');
process.on('message', () => process.send?.(agents.map((agent) => agent.describe())));
process.on('disconnect', async () => {
  await Promise.all(agents.map((agent) => agent.close()));
  process.exit();
});
