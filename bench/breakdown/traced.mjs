// The program that is traced: node traced.mjs CANDIDATES WARM_UP FIRSTS DIRECTORY [EXECUTE_WORKER]. A host with one worker and, one
// at a time, candidates of the example PVF; then the first candidates of so many variants of it. Prints the process ids of host and
// worker and, on the monotonic clock in nanoseconds, when each candidate was given to the host and when it had its outcome.
import { drive } from '../support/drive.mjs';
import { adderPvf } from '../support/load.mjs';
import { sidesOf } from '../support/programs.mjs';
import { variantOf } from '../support/runtimes.mjs';
import { hostSide } from '../support/sides.mjs';

const CHAIN_LENGTH = 50;

const [candidates, warmUp, firsts, directory, execute] = process.argv.slice(2);
const base = adderPvf(CHAIN_LENGTH);
const pvfs = Array.from({ length: 1 + Number(firsts) }, (_, i) => ({
  ...base,
  code: variantOf(base.code, i),
}));
const [ours] = sidesOf({});
const programs = execute === undefined ? ours : { ...ours, execute };
const side = await hostSide(programs, pvfs, { workers: 1, outstanding: 1, directory });
try {
  const run = async (pvf, index) => {
    const begun = process.hrtime.bigint();
    await drive(side, [[pvf, index]], pvfs);
    return [Number(begun), Number(process.hrtime.bigint())];
  };
  for (let i = 0; i < Number(warmUp); i++) await run(0, i % CHAIN_LENGTH);
  const usual = [];
  for (let i = 0; i < Number(candidates); i++) usual.push(await run(0, i % CHAIN_LENGTH));
  const first = [];
  for (let i = 1; i < pvfs.length; i++) first.push(await run(i, 0));
  const [worker] = side.pids();
  console.log(JSON.stringify({ host: process.pid, worker, usual, first }));
} finally {
  await side.stop();
}
