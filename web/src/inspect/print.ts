import type { Inspection, TableInspection } from "./types.js";

/** An inspection as lines of text. */
export function print(inspection: Inspection): string {
  const { epoch, schema, tables } = inspection;
  const rows = tables.map(row);
  const total = tables.reduce((sum, { records, bytes }) => ({ records: sum.records + records, bytes: sum.bytes + bytes }), {
    records: 0,
    bytes: 0,
  });
  const lines = [["table", "records", "bytes", "largest", "indexes"], ...rows, ["all", `${total.records}`, `${total.bytes}`, "", ""]];
  const head = [`epoch ${epoch ?? "unknown"}`, ...(schema === undefined ? [] : [`schema ${schema}`])].join(", ");
  return [head, ...align(lines)].join("\n");
}

function row({ table, records, bytes, largest, broken, indexes }: TableInspection): string[] {
  const uses = indexes.map(({ index, records, texts }) => `${index} ${records} in ${texts}`);
  if (broken) uses.push(`${broken} broken`);
  return [table, `${records}`, `${bytes}`, `${largest}`, uses.join(", ")];
}

/** Makes columns, of numbers to the right. */
function align(lines: string[][]): string[] {
  const width = (column: number) => Math.max(...lines.map((line) => line[column]?.length ?? 0));
  return lines.map((line) => {
    const cells = line.map((cell, i) => (i === 0 || i === line.length - 1 ? cell.padEnd(width(i)) : cell.padStart(width(i))));
    return cells.join("  ").trimEnd();
  });
}
