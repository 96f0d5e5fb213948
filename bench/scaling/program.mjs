// What costs grow with: the size of a PoV, the size of an artifact, the number of PVFs, of workers, and of requests that wait.
// Each series is measured by itself, at each of its points with the sides in turn.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ratioTo, show } from '../support/comparison.mjs';
import { count, SHARED, UsageError } from '../support/options.mjs';
import { SERIES } from './series.mjs';

export const name = 'scaling';
export const about = 'What costs grow with: PoV, artifact, number of PVFs, of workers, of waiting requests.';
export const options = {
  of: {
    type: 'text',
    word: 'NAMES',
    value: Object.keys(SERIES).join(','),
    about: 'which series, separated by commas',
  },
  rounds: count(20, 'per point and side; a tenth of them where a round is many candidates'),
  'warm-up': count(3, 'rounds per point and side that are not counted', 0),
  reference: SHARED.reference,
  'reference-host': SHARED['reference-host'],
  against: SHARED.against,
  runtimes: SHARED.runtimes,
  cache: SHARED.cache,
};
export const notes = ['The candidates come from ../shared (or $PVF_SHARED).'];

export async function measure(given) {
  const names = given.of.split(',');
  const unknown = names.filter((one) => SERIES[one] === undefined);
  if (unknown.length > 0)
    throw new UsageError(`there is no series ${unknown.join(', ')}: ${options.of.value}`);
  const directory = given.cache ?? mkdtempSync(join(tmpdir(), 'pvf-bench-scaling-'));
  try {
    const series = [];
    for (const one of names) {
      const { grows, unit, run } = SERIES[one];
      series.push({ name: one, grows, unit, points: await run({ ...given, directory }) });
    }
    return { series };
  } finally {
    if (given.cache === undefined) rmSync(directory, { recursive: true });
  }
}

export function tables({ series }) {
  return series.map(({ grows, unit, points }) => ({
    title: grows,
    rows: points.map((point) => ({
      [unit]: point.x,
      ...(point.what === undefined ? {} : { what: point.what }),
      side: point.side,
      ...(point.wallMs && { 'wall ms': show(point.wallMs.median), 'p90 ms': show(point.wallMs.p90) }),
      ...(point.perSecond && { 'per second': show(point.perSecond.median, 1) }),
      ...(point.processCpuMs !== undefined && { "embedder's CPU ms": show(point.processCpuMs) }),
      'this ÷ side': show(
        ratioTo(samePlace(points, point), point, (one) => (one.wallMs ?? one.perSecond).median),
      ),
    })),
  }));
}

/** What is compared with each other: the sides at the same place of a series. */
export function samePlace(points, { place, what }) {
  return points.filter((one) => one.place === place && one.what === what);
}
