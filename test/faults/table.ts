/** Tables of numbers as text: one row a line, the columns aligned. */

export function printTable(
  corner: string,
  columns: readonly string[],
  rows: ReadonlyMap<string, readonly string[]>,
): string[] {
  const first = Math.max(corner.length, ...[...rows.keys()].map((name) => name.length));
  const widths = columns.map((name, i) =>
    Math.max(name.length, ...[...rows.values()].map((row) => row[i].length)),
  );
  const line = (name: string, cells: readonly string[]) =>
    `${name.padEnd(first)} | ${cells.map((cell, i) => cell.padStart(widths[i])).join('  ')}`;
  return [line(corner, columns), ...[...rows].map(([name, cells]) => line(name, cells))];
}

/** The cells of such a table, by row and column; a cell has no blanks. */
export function readTable(table: string): Map<string, Map<string, string>> {
  const [head, ...lines] = table.trim().split('\n');
  const cells = (line: string) =>
    line
      .slice(line.indexOf('|') + 1)
      .trim()
      .split(/ +/);
  const columns = cells(head);
  return new Map(
    lines.map((line) => [
      line.slice(0, line.indexOf('|')).trim(),
      new Map(cells(line).map((cell, i) => [columns[i], cell])),
    ]),
  );
}
