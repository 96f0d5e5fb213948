// `node examples/validator/main.mjs [--pvf FILE] [--due SECONDS] [FOLDER]`: an approval voter over recorded candidates, those
// of the example PVF and of FOLDER. Exit code 0 if every vote is the one that is right.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PvfHost } from '@pvf/host';
import { pino } from 'pino';
import { Approvals } from './lib/approvals.mjs';
import { adderCandidates, candidatesIn, recordedChain } from './lib/recorded.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pvf: { type: 'string' }, due: { type: 'string', default: '300' } },
});
const dueMs = Number(values.due) * 1_000;
const sets = [adderCandidates(), ...positionals.map((folder) => candidatesIn(folder, values.pvf))];

const cacheDir = await mkdtemp(join(tmpdir(), 'pvf-example-validator-'));
const votes = new Map();
let host;
try {
  host = await PvfHost.start({ cacheDir, logger: pino({ level: 'error' }, pino.destination(2)) });
  host.events.on('artifact-prepared', ({ codeHash, stats }) =>
    console.error(`prepared ${codeHash.slice(0, 8)}… in ${(stats.wallTimeMs / 1_000).toFixed(1)} s`),
  );
  host.events.on('slow-machine', ({ slow, sign, remedy }) => slow && console.error(`${sign}: ${remedy}`));
  process.exitCode = await main();
} finally {
  await host?.close();
  await rm(cacheDir, { recursive: true, force: true });
}

async function main() {
  // In a node this signs the vote and hands it to the network. Nobody may vote twice.
  const vote = async (id, given) => {
    if (votes.has(id)) throw new Error(`a second vote on ${id}`);
    votes.set(id, given);
  };
  const voters = [];
  const settled = await Promise.all(
    sets.map(async (set) => {
      const { chain, assignments } = recordedChain(set);
      // Hashed and copied once; prepared before the first candidate is there.
      const code = await host.importCode(set.code);
      await host.headsUp([{ code, executorParams: [], validationCodeBombLimit: 30 * 1024 * 1024 }]);
      const voter = new Approvals({ host, chain: { ...chain, code: async () => code }, vote });
      voters.push(voter);
      for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => voter.close());
      return Promise.all(
        assignments.map(async (assignment) => ({
          expected: assignment.expected,
          ...(await voter.take({ ...assignment, dueAt: performance.now() + dueMs })),
        })),
      );
    }),
  );
  const rows = settled.flat();
  for (const { id, vote: given, why, attempts } of rows)
    console.log(`${id.padEnd(40)} ${(given ?? 'no vote').padEnd(8)} ${why} (${attempts} ×)`);
  const wrong = rows.filter((row) => row.vote !== row.expected);
  console.log(`${rows.length - wrong.length} of ${rows.length} votes as they should be`);
  return wrong.length === 0 ? 0 : 1;
}
