// What the pictures are made of.

export const colours = { node: "#3c873a", chromium: "#2b6cb0", firefox: "#d9730d", bun: "#8a6d3b" };
export const GREY = "#666";

const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

export function label(x, y, text, { anchor = "start", size = 11, fill = "#222", weight = "normal" } = {}) {
  return `<text x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}" fill="${fill}" font-weight="${weight}">${escape(text)}</text>`;
}

/** A vertical line. */
export function line(x, from, to, stroke, dash = "") {
  return `<line x1="${x}" x2="${x}" y1="${from}" y2="${to}" stroke="${stroke}"${dash && ` stroke-dasharray="${dash}"`}/>`;
}

/** A picture of its parts. */
export const picture = (width, height, parts) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif">
<rect width="100%" height="100%" fill="#fff"/>
${parts.join("\n")}
</svg>
`;
