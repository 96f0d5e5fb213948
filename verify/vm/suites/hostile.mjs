// The hostile suite on this machine's kernel: with memory-protection keys, and with the Landlock ABI that the kernel has.
// (`landlock.mjs` says which that is, and how hosts fare.)
import { readFileSync } from 'node:fs';
import { landlockAbi } from '../../../packages/linux/dist/index.js';
import { surprises } from '../../../packages/worker/test/isolation/check.ts';
import {
  ALL_MODES,
  CONTROL,
  FILTERED_MODES,
  SINGLE_MODES,
} from '../../../packages/worker/test/isolation/modes.ts';
import { takeOver } from '../../../packages/worker/test/isolation/take-over.ts';
import { fateOf } from '../../../packages/worker/test/isolation/verdicts.ts';

/** Everything is emulated. */
const WALL_LIMIT_MS = 20 * 60_000;
const NOBODY = 65_534;
/** The first ABI that stops all that is expected of Landlock in each of these. */
const NEEDED_ABI = new Map([
  [SINGLE_MODES.landlock, 6],
  [SINGLE_MODES.landlock4, 4],
  [SINGLE_MODES.landlock1, 1],
]);

export function run(report) {
  const abi = landlockAbi();
  const hasKeys = / ospke /.test(readFileSync('/proc/cpuinfo', 'latin1'));
  console.log(`Landlock ABI ${abi}, memory-protection keys: ${hasKeys ? 'yes' : 'no'}`);
  for (const mode of ALL_MODES) {
    const needed = NEEDED_ABI.get(mode) ?? 0;
    if (abi < needed) {
      console.log(`       ${mode.name}: not tried, needs Landlock ABI ${needed}`);
      continue;
    }
    // Root's jobs differ where there is something to gain from its ids.
    for (const uid of FILTERED_MODES.indexOf(mode) === 0 ? [undefined, NOBODY] : [NOBODY]) {
      const outcomes = takeOver({ ...mode, landlock: mode.landlock && abi > 0 }, 'attempts', uid, {
        wallLimitMs: WALL_LIMIT_MS,
      });
      const count = (...fates) => outcomes.filter((outcome) => fates.includes(fateOf(outcome))).length;
      const counts = `${count('killed')} / ${count('refused', 'ended')} / ${count('done')}`;
      const wrong = mode === CONTROL ? [] : surprises(mode, outcomes);
      report(
        `${mode.name}, ${uid === undefined ? 'root' : 'an ordinary user'}: killed / refused / done ${counts}`,
        wrong.join('; '),
      );
    }
  }
}
