// Sides that are compared take turns, one after the other in each round, so that a busy machine disturbs all of them alike.

/**
 * @template Side, Result
 * @param {readonly Side[]} sides each has a `name`
 * @param {{ rounds: number, warmUp?: number }} how rounds that count, and rounds before them that do not
 * @param {(side: Side, round: number) => Promise<Result>} run rounds are numbered from 0, with those that do not count
 * @returns {Promise<Map<string, Result[]>>} by the side's name, what it gave in the rounds that count
 */
export async function inTurn(sides, { rounds, warmUp = 0 }, run) {
  const results = new Map(sides.map(({ name }) => [name, []]));
  if (results.size < sides.length) throw new Error('two sides have the same name');
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const side of sides) {
      const result = await run(side, round);
      if (round >= warmUp) results.get(side.name).push(result);
    }
  }
  return results;
}

/** Wall time of a call in milliseconds, beside what it resolves to. */
export async function timed(call) {
  const begun = performance.now();
  const result = await call();
  return { ms: performance.now() - begun, result };
}

/** Ends all sides, also when one of them cannot be ended: the first such error is thrown when all were told. */
export async function stopAll(sides) {
  const ends = await Promise.allSettled(sides.map((side) => side.stop()));
  const failed = ends.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
