import { formatCount } from "./number-format.ts";
import { markup } from "./markup.ts";
import type { Content, Markup } from "./markup.ts";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Content;
  /** Given where the column is a number: what it is sorted by. */
  readonly value?: (row: Row) => number | null;
}

export interface Table<Row> {
  /** Its heading, and its name where it is read aloud. */
  readonly caption: string;
  readonly rows: readonly Row[];
  /** The first names the row. */
  readonly columns: readonly Column<Row>[];
  /** Rows that the measurement itself left out. */
  readonly leftOut?: number | undefined;
  readonly rowsMax?: number;
}

const ROWS_MAX = 100;

/** A table that reads without a script; the script adds sorting. Long ones scroll in a box of their own, and print whole. */
export function renderTable<Row>(table: Table<Row>): Markup {
  const { caption, columns } = table;
  if (table.rows.length === 0) return markup``;
  const rows = table.rows.slice(0, table.rowsMax ?? ROWS_MAX);
  const leftOut = (table.leftOut ?? 0) + table.rows.length - rows.length;
  const head = columns.map(
    ({ title, value }) =>
      markup`<th scope="col" ${value === undefined ? undefined : markup` class="number"`}>
${title}
</th>`,
  );
  return markup`<h3 class="caption">${caption}</h3>
<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
<table aria-label="${caption}">
<thead>
<tr>
${head}
</tr>
</thead>
<tbody>
${rows.map((row) => renderRow(row, columns))}
</tbody>
</table>
</div>
${leftOut > 0 && markup`<p class="note">${formatCount(leftOut)} more ${leftOut === 1 ? "row is" : "rows are"} not shown.</p>`}`;
}

function renderRow<Row>(row: Row, columns: readonly Column<Row>[]): Markup {
  const cells = columns.map(({ cell, value }, at) => {
    if (at === 0) return markup`<th scope="row">${cell(row)}</th>`;
    if (value === undefined) return markup`<td>${cell(row)}</td>`;
    const number = value(row);
    const sortKey =
      number === null || !Number.isFinite(number) ? "" : Number(number.toPrecision(6));
    return markup`<td data-v="${sortKey}">${cell(row)}</td>`;
  });
  return markup`<tr>
${cells}
</tr> `;
}
