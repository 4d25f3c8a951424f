// Tables in Markdown.

const line = (cells) => `| ${cells.join(" | ")} |`;

/** A table of which all columns but the first hold numbers. */
export function table(head, rows) {
  return [line(head), line(head.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}
