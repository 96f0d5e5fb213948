// What the trial has come to, in words.

/** Of the slips that a suite could notice. */
const AT_LEAST = 0.95;

export function lineOf({ id, outcome, by, seconds, survives }) {
  const reason = outcome === 'survived' && survives !== undefined ? `as expected: ${survives}` : by;
  return `${outcome.padEnd(11)} ${id}${reason === '' ? '' : `  (${reason})`}  ${seconds} s`;
}

/** @param whole whether all were tried, so that their share counts */
export function summaryOf(tried, whole = false) {
  const groups = new Map();
  for (const { id, outcome } of tried) {
    const [owner] = id.split(':');
    const group = groups.get(owner) ?? { tried: 0, caught: 0 };
    group.tried += 1;
    if (outcome === 'caught') group.caught += 1;
    groups.set(owner, group);
  }
  const caught = tried.filter(({ outcome }) => outcome === 'caught');
  const broken = tried.filter(({ outcome }) => outcome === 'unbuildable' || outcome === 'unusable');
  const survivors = tried.filter(({ outcome }) => outcome === 'survived');
  const unexplained = survivors.filter(({ survives }) => survives === undefined);
  const surprises = caught.filter(({ survives }) => survives !== undefined);
  const share = tried.length === 0 ? 0 : caught.length / tried.length;
  const passed =
    broken.length === 0 &&
    surprises.length === 0 &&
    unexplained.length === 0 &&
    (!whole || share >= AT_LEAST);
  const rows = [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const text = [
    '',
    '| package | slips | caught |',
    '| --- | ---: | ---: |',
    ...rows.map(([owner, group]) => `| \`${owner}\` | ${group.tried} | ${group.caught} |`),
    `| **all** | **${tried.length}** | **${caught.length}** (${(100 * share).toFixed(1)} %) |`,
    ...list('Not caught, and no reason is given', unexplained),
    ...list(
      'Not caught, for a reason',
      survivors.filter((each) => !unexplained.includes(each)),
    ),
    ...list('Caught, though a reason says that nothing can', surprises),
    ...list('Not tried', broken),
  ].join('\n');
  return { passed, tried: tried.length, caught: caught.length, survived: survivors.length, text };
}

function list(title, entries) {
  if (entries.length === 0) return [];
  return [
    '',
    `${title}:`,
    '',
    ...entries.map(
      ({ id, by, survives }) =>
        `- ${id}${by === '' ? '' : ` (${by})`}${survives === undefined ? '' : `: ${survives}`}`,
    ),
  ];
}
