/** Lines of a table: rows are arrays of cells, a string is a heading over the whole width, null a rule. */
export function renderTable(columns, rows) {
  const cells = rows.filter(Array.isArray);
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...cells.map((row) => row[i].length)));
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  const line = (row) =>
    row
      .map((cell, i) => (columns[i].right ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  return [
    line(columns.map(({ title }) => title)),
    ...rows.map((row) => (row === null ? rule : typeof row === 'string' ? row : line(row))),
  ];
}
