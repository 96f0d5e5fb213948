// Gives candidates to a side and looks at what it answers.
import { expectedOf } from './load.mjs';

/**
 * Each slot of the side takes the next candidate when it is done with one.
 *
 * @param side of `sides.mjs`
 * @param sequence `[pvf, candidate]` indices
 * @returns of each candidate, in the order in which they ended, `{ pvf, index, wallMs, cpuMs }`; cpuMs is undefined where
 *   the side does not tell it
 * @throws Error when an answer is not the recorded one
 */
export async function drive(side, sequence, pvfs) {
  let next = 0;
  const runs = [];
  await Promise.all(
    side.slots.map(async (slot) => {
      while (next < sequence.length) {
        const [pvf, index] = sequence[next++];
        const candidate = pvfs[pvf].candidates[index];
        const start = performance.now();
        const said = await slot(pvf, candidate);
        const wallMs = performance.now() - start;
        compare(side, pvfs[pvf], candidate, said);
        runs.push({ pvf, index, wallMs, cpuMs: said.cpuMs });
      }
    }),
  );
  return runs;
}

function compare(side, pvf, candidate, { answer, head }) {
  const expected = expectedOf(candidate);
  if (expected !== undefined && expected !== answer)
    throw new Error(`${side.name}: ${candidate.name} of ${pvf.name} ended with ${answer}, not ${expected}`);
  if (candidate.head !== undefined && Buffer.compare(head, candidate.head) !== 0)
    throw new Error(`${side.name}: ${candidate.name} of ${pvf.name} ended with another head`);
}
