import { randomFillSync } from 'node:crypto';
import { statSync } from 'node:fs';
import { guest } from '@pvf/test-kit';
import { drive } from '../support/drive.mjs';
import { adderPvf, makeOrder, makePvfs, randomFrom, runtimesWithBlocks } from '../support/load.mjs';
import { sidesOf } from '../support/programs.mjs';
import { validationDataOf } from '../support/requests.mjs';
import { variantOf } from '../support/runtimes.mjs';
import { hostSide, prepareAll, referenceHostSide, workersSide } from '../support/sides.mjs';
import { summaryOf } from '../support/statistics.mjs';
import { inTurn, stopAll } from '../support/turns.mjs';

const ONE = { workers: 1, outstanding: 1 };
const TWO = { workers: 2, outstanding: 6 };
const POV_BYTES = [1e3, 1e4, 1e5, 1e6, 3e6, 1e7];
const ENCODING_BYTES = 4;
const PVFS = [1, 2, 4, 8, 16, 32];
const WORKERS = [1, 2, 4, 8];
const WAITING = [1, 4, 16, 64, 256];
/** Candidates in a round of those series that measure rates. */
const BATCH = 60;
const CHAIN_LENGTH = 50;
/** Of which many variants are prepared quickly. */
const SMALL_RUNTIME = 'shell-2';
/** Of whose blocks the workers get more and more. */
const USUAL_RUNTIME = 'asset-hub-rococo-900';
const MICROS_PER_MS = 1e3;

/**
 * By name: what grows, in what unit, and how it is measured. A point is `{ place, x, what, side, wallMs | perSecond }`: `place`
 * numbers the points of a series, at which sides are compared; `x` may differ by side, as artifacts do.
 */
export const SERIES = {
  pov: { grows: 'the size of the PoV (a PVF that accepts anything)', unit: 'bytes', run: povSizes },
  artifact: { grows: 'the size of the artifact (real runtimes)', unit: 'bytes', run: artifactSizes },
  pvfs: {
    grows: `the number of PVFs in random order (${SMALL_RUNTIME} and variants)`,
    unit: 'PVFs',
    run: numbersOfPvfs,
  },
  workers: {
    grows: `the number of workers (small blocks of ${USUAL_RUNTIME})`,
    unit: 'workers',
    run: numbersOfWorkers,
  },
  queue: {
    grows: 'the number of requests that a host has at once (example PVF)',
    unit: 'requests',
    run: queueLengths,
  },
};

async function povSizes({ rounds, warmUp, ...given }) {
  const candidates = POV_BYTES.map((size) => ({
    name: `a PoV of ${size} bytes`,
    validationData: validationDataOf(new Uint8Array(), size + ENCODING_BYTES),
    blockData: randomFillSync(new Uint8Array(size)),
    expectedJob: 'Ok',
  }));
  const pvfs = [{ name: 'accepts-anything', code: guest('accepts-anything'), candidates }];
  return withSides(given, pvfs, ONE, async (sides) => {
    const points = [];
    for (const [place, size] of POV_BYTES.entries()) {
      const times = await inTurn(sides, { rounds, warmUp }, async (side) => {
        return (await drive(side, [[0, place]], pvfs))[0].wallMs;
      });
      for (const [side, all] of times) points.push({ place, x: size, side, wallMs: summaryOf(all) });
    }
    return points;
  });
}

/** Of each runtime the first candidate in a worker that is new to it, which loads, and the later ones. */
async function artifactSizes({ rounds, ...given }) {
  const pvfs = makePvfs(10, { runtimes: given.runtimes, own: false });
  const points = [];
  for (const [place, pvf] of pvfs.entries()) {
    const programs = sidesOf(given);
    const times = await inTurn(programs, { rounds: tenth(rounds) }, async (one) => {
      const side = await workersSide(one, [pvf], { ...given, workers: 1 });
      try {
        const runs = await drive(side, Array(6).fill([0, 0]), [pvf]);
        const [first, , , ...later] = runs.map(({ wallMs }) => wallMs);
        return { first, later };
      } finally {
        await side.stop();
      }
    });
    for (const one of programs) {
      const [{ path }] = await prepareAll(one.name, one.prepare, [pvf], given.directory);
      const of = { place, x: statSync(path).size, pvf: pvf.name, side: `workers, ${one.name}` };
      const all = times.get(one.name);
      points.push({ ...of, what: 'first candidate', wallMs: summaryOf(all.map(({ first }) => first)) });
      points.push({ ...of, what: 'later ones', wallMs: summaryOf(all.flatMap(({ later }) => later)) });
    }
  }
  return points;
}

async function numbersOfPvfs({ rounds, ...given }) {
  const [base] = runtimesWithBlocks(given.runtimes).filter(({ name }) => name === SMALL_RUNTIME);
  if (base === undefined) throw new Error(`there is no ${SMALL_RUNTIME} among the runtimes`);
  const pvfs = Array.from({ length: PVFS.at(-1) }, (_, i) => ({
    ...base,
    name: `${base.name}#${i}`,
    code: variantOf(base.code, i),
  }));
  return withSides(given, pvfs, TWO, async (sides) => {
    const points = [];
    for (const [place, number] of PVFS.entries()) {
      const some = pvfs.slice(0, number);
      const order = makeOrder(some, BATCH, 'uniform', randomFrom(number));
      const once = some.map((_, i) => [i, 0]);
      for (const side of sides)
        for (const slot of side.name.startsWith('host') ? [side.slots[0]] : side.slots)
          await drive({ ...side, slots: [slot] }, once, pvfs);
      const rates = await inTurn(sides, { rounds: tenth(rounds), warmUp: 1 }, (side) =>
        rateOf(side, order, pvfs),
      );
      for (const [side, all] of rates) points.push({ place, x: number, side, perSecond: summaryOf(all) });
    }
    return points;
  });
}

/** The reference's host has two workers, whatever it is told: it has no part in this. */
async function numbersOfWorkers({ rounds, referenceHost, ...given }) {
  const [pvf] = runtimesWithBlocks(given.runtimes).filter(({ name }) => name === USUAL_RUNTIME);
  if (pvf === undefined) throw new Error(`there is no ${USUAL_RUNTIME} among the runtimes`);
  const order = Array.from({ length: BATCH }, (_, i) => [0, i % pvf.candidates.length]);
  const points = [];
  for (const [place, workers] of WORKERS.entries()) {
    const rates = await withSides(given, [pvf], { workers, outstanding: 3 * workers }, (sides) =>
      inTurn(sides, { rounds: tenth(rounds), warmUp: 1 }, (side) => rateOf(side, order, [pvf])),
    );
    for (const [side, all] of rates) points.push({ place, x: workers, side, perSecond: summaryOf(all) });
  }
  return points;
}

async function queueLengths({ rounds, ...given }) {
  const pvfs = [adderPvf(CHAIN_LENGTH)];
  const points = [];
  for (const [place, outstanding] of WAITING.entries()) {
    const length = Math.max(BATCH, 2 * outstanding);
    const order = Array.from({ length }, (_, i) => [0, i % CHAIN_LENGTH]);
    const rates = await withSides(given, pvfs, { workers: 2, outstanding, hostsOnly: true }, (sides) =>
      inTurn(sides, { rounds: tenth(rounds), warmUp: 1 }, async (side) => {
        const before = process.cpuUsage();
        const perSecond = await rateOf(side, order, pvfs);
        const { user, system } = process.cpuUsage(before);
        return { perSecond, cpuMs: (user + system) / MICROS_PER_MS / length };
      }),
    );
    for (const [side, all] of rates) {
      // The reference's host is a process of its own.
      const embeds = !side.includes('reference');
      points.push({
        place,
        x: outstanding,
        side,
        perSecond: summaryOf(all.map((one) => one.perSecond)),
        ...(embeds && { processCpuMs: summaryOf(all.map((one) => one.cpuMs)).median }),
      });
    }
  }
  return points;
}

async function rateOf(side, order, pvfs) {
  const start = performance.now();
  await drive(side, order, pvfs);
  return (1000 * order.length) / (performance.now() - start);
}

/** Makes the sides, with hosts and without, has them measured, and ends them. */
async function withSides(given, pvfs, { hostsOnly = false, ...settings }, run) {
  const sides = [];
  try {
    for (const programs of sidesOf(given)) {
      if (programs.name !== 'reference')
        sides.push(await hostSide(programs, pvfs, { ...given, ...settings }));
      else if (given.referenceHost !== undefined)
        sides.push(await referenceHostSide(programs, pvfs, { ...settings, host: given.referenceHost }));
      if (!hostsOnly) sides.push(await workersSide(programs, pvfs, { ...given, ...settings }));
    }
    return await run(sides);
  } finally {
    await stopAll(sides);
  }
}

function tenth(rounds) {
  return Math.max(1, Math.round(rounds / 10));
}
