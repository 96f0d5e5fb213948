// How results are put into words and tables.

const GIB = 1024 ** 3;

/** What a side is called on the page, by what it is called in results. */
const SIDES = {
  'host, this checkout': 'our host and workers',
  'workers, this checkout': 'our workers alone',
  'host, other checkout': 'our host, workers of the other checkout',
  'workers, other checkout': 'workers of the other checkout',
  'host, reference': 'our host, the reference’s workers',
  'workers, reference': 'the reference’s workers alone',
  "host, the reference's own": 'the reference’s host and workers',
  'this checkout': 'ours',
  'other checkout': 'the other checkout',
  reference: 'the reference’s',
};

/** @throws Error for a side that has no name on the page */
export function sideName(side) {
  if (SIDES[side] !== undefined) return SIDES[side];
  if (side.startsWith('a fresh')) return side;
  throw new Error(`the side ${side} has no name on the page`);
}

/** A number with about three digits that mean something; an en dash where there is none. */
export function figure(value, unit = '') {
  if (value === undefined || value === null || Number.isNaN(value)) return '–';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}${unit}`;
}

/** A Markdown table. @param align by column, `left` or `right`; right for all but the first by default */
export function table(columns, rows, align = columns.map((_, i) => (i === 0 ? 'left' : 'right'))) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  return [row(columns), row(align.map((one) => (one === 'left' ? '---' : '---:'))), ...rows.map(row)].join(
    '\n',
  );
}

/** Where a result comes from, in one line. */
export function origin({ commit, date, machine }) {
  const on =
    commit === undefined
      ? 'an unknown commit'
      : `commit ${commit.id}${commit.changed ? ' with changes' : ''}`;
  const memory = `${Math.round(machine.memoryBytes / GIB)} GiB`;
  return `<sub>${on}, ${date}; ${machine.processors} × ${machine.processor}, ${memory}, Linux ${machine.kernel}, Node ${machine.node}</sub>`;
}

/** A picture of the page. */
export function picture(name, about) {
  return `![${about}](performance/${name}.svg)`;
}
