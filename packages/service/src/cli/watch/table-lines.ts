import stringWidth from "string-width";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly isRight?: boolean;
  /** Paints a cell that has its width already. */
  readonly paint?: (text: string, row: Row) => string;
  /** Takes what the others leave; at most one. */
  readonly isFlexible?: boolean;
}

const GAP = "  ";

/**
 * Rows as lines of at most `width`. A column is as wide as its widest cell; the flexible one has the rest. Where there is no room, columns
 * are left out from the right, but never the flexible one.
 */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
): { readonly head: string; readonly lines: readonly string[] } {
  const wanted = columns.map((column) => ({
    column,
    width: Math.max(
      stringWidth(column.title),
      ...rows.map((row) => stringWidth(plain(column.cell(row)))),
    ),
  }));
  const shown = fitting(wanted, width);
  const line = (text: (column: Column<Row>, width: number) => string): string =>
    shown.map(({ column, width: columnWidth }) => text(column, columnWidth)).join(GAP);
  return {
    head: line(({ title, isRight }, columnWidth) => padded(title, columnWidth, isRight)).trimEnd(),
    lines: rows.map((row) =>
      line(({ cell, isRight, paint }, columnWidth) => {
        const text = padded(cell(row), columnWidth, isRight);
        return paint === undefined ? text : paint(text, row);
      }),
    ),
  };
}

interface Fitted<Row> {
  readonly column: Column<Row>;
  readonly width: number;
}

const FLEXIBLE_MIN = 24;

function fitting<Row>(wanted: readonly Fitted<Row>[], width: number): readonly Fitted<Row>[] {
  const floor = ({ column, width: own }: Fitted<Row>): number =>
    column.isFlexible === true ? Math.min(own, FLEXIBLE_MIN) : own;
  const shown = [...wanted];
  const used = (): number =>
    shown.reduce((sum, fitted) => sum + floor(fitted) + GAP.length, -GAP.length);
  while (used() > width && shown.length > 1) {
    const last = shown.findLastIndex(({ column }) => column.isFlexible !== true);
    shown.splice(last, 1);
  }
  const left = width - used();
  return shown.map((fitted) =>
    fitted.column.isFlexible === true
      ? { ...fitted, width: Math.min(fitted.width, floor(fitted) + Math.max(left, 0)) }
      : fitted,
  );
}

/** Names come from spans, so they may hold what a terminal would obey: control characters are left out, and the marks that turn text around. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, "");
}

const graphemes = new Intl.Segmenter();

/** Cut to a width, with a mark where something is missing. */
export function cut(text: string, width: number): string {
  const shown = plain(text);
  if (stringWidth(shown) <= width) return shown;
  let kept = "";
  for (const { segment } of graphemes.segment(shown)) {
    if (stringWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return width < 1 ? "" : `${kept}…`;
}

export function padded(text: string, width: number, isRight = false): string {
  const shown = cut(text, width);
  const space = " ".repeat(Math.max(width - stringWidth(shown), 0));
  return isRight ? space + shown : shown + space;
}
