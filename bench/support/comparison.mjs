// This checkout beside the other sides: who is compared with whom, and the ratios.

/** How a side is driven: `host` or `workers`, the first word of its name. */
export function driveOf(name) {
  return name.split(',')[0];
}

/** Of the same kind, ours: the side that another one is compared with. */
export function oursFor(rows, name) {
  return rows.find((row) => driveOf(row.side) === driveOf(name) && row.side.endsWith('this checkout'));
}

/** A number for people, with three significant digits or so; empty where there is none. */
export function show(value, digits = value >= 100 ? 0 : value >= 10 ? 1 : 2) {
  return value === undefined || Number.isNaN(value) ? '' : value.toFixed(digits);
}

/** Ours ÷ the other's. */
export function ratioTo(rows, row, of) {
  const ours = oursFor(rows, row.side);
  return ours === undefined ? undefined : of(ours) / of(row);
}
