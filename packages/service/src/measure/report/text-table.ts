/** A table of aligned columns. A number stands right, a name left; what does not fit is cut in its middle, where names differ least. */
export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  readonly widthMax: number;
}

export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const widths = columns.map(({ title, widthMax }, index) =>
    Math.min(widthMax, Math.max(title.length, ...rows.map((row) => (row[index] ?? "").length))),
  );
  const lineOf = (cells: readonly string[]): string =>
    columns
      .map(({ align }, index) => {
        const text = shortened(cells[index] ?? "", widths[index]!);
        return align === "right" ? text.padStart(widths[index]!) : text.padEnd(widths[index]!);
      })
      .join("  ")
      .trimEnd();
  return [lineOf(columns.map(({ title }) => title)), ...rows.map(lineOf)];
}

export function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const tail = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - tail)}…${text.slice(text.length - tail)}`;
}

/** Breaks at blanks; a word that is too long stands alone. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") lines.push(line);
  return lines;
}
