// A picture to send: a pond at dusk, as a PNG.
import { randomBytes } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";

const [width, height] = [320, 180];

function colour(x, y) {
  const horizon = 92;
  if (y < horizon) {
    const sun = Math.hypot(x - 220, y - 70) < 18;
    return sun ? [252, 226, 170] : [120 + y, 130 + y * 0.7, 150 + y * 0.2];
  }
  const wave = 10 * Math.sin((y - horizon) * 0.9 + Math.sin(x * 0.08) * 2);
  const glitter = Math.abs(x - 220) < 14 + (y - horizon) * 0.3 && Math.sin(y * 1.7) > 0;
  return glitter ? [240, 205, 150] : [40 + wave, 96 + wave, 100 + wave];
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** The bytes of a picture that nobody has sent before: there is a note in it. */
export function picture() {
  const rows = Array.from({ length: height }, (_, y) => {
    const row = Array.from({ length: width }, (_, x) => colour(x, y).map((value) => Math.max(0, Math.min(255, Math.round(value)))));
    return Buffer.from([0, ...row.flat()]);
  });
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const note = Buffer.from(`Comment\0${randomBytes(16).toString("hex")}`);
  const data = deflateSync(Buffer.concat(rows));
  return Buffer.concat([signature, chunk("IHDR", head), chunk("tEXt", note), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}
