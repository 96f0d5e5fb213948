import type { Output } from './terminal.ts';

const BORDERLESS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/** Narrower than this a column says nothing any more. */
const LEAST_FIRST = 12;

/**
 * Rows under a head, as wide as their contents. On a terminal the first column (names) gives way, in the middle, so
 * that no row is wider than the screen; in a file everything is there.
 */
export async function table(
  output: Output,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number> = new Set(),
): Promise<string> {
  const [{ default: Table }, { default: stringWidth }, { default: cliTruncate }] = await Promise.all([
    import('cli-table3'),
    import('string-width'),
    import('cli-truncate'),
  ]);
  let shown = rows;
  if (output.isTTY === true && output.columns !== undefined) {
    const widths = head.map((title, column) =>
      Math.max(stringWidth(title), ...rows.map((row) => stringWidth(row[column] ?? ''))),
    );
    const others = widths.slice(1).reduce((sum, width) => sum + width + BORDERLESS.middle.length, 0);
    const first = Math.max(LEAST_FIRST, output.columns - others - 1);
    shown = rows.map(([name = '', ...rest]) => [cliTruncate(name, first, { position: 'middle' }), ...rest]);
  }
  const made = new Table({
    head: [...head],
    chars: BORDERLESS,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
    colAligns: head.map((_, column) => (right.has(column) ? 'right' : 'left')),
  });
  for (const row of shown) made.push([...row]);
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
