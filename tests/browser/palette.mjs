// A PNG of at most 256 colours from one of Chromium's, which has 16 million and is three times as large.

import { crc32 as zlibCrc, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

/** CRC-32, which Node.js has from version 22 on. */
function crc32(bytes) {
  if (zlibCrc) return zlibCrc(bytes);
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** What a byte is predicted to be from its neighbours, by the filter of its line. */
function predicted(filter, left, up, corner) {
  if (filter < 3) return [0, left, up][filter];
  if (filter === 3) return (left + up) >> 1;
  const [a, b, c] = [left, up, corner].map((one) => Math.abs(left + up - corner - one));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** The same picture with the colours in 32 steps a channel, the commonest 256 of them. */
export function reduced(png) {
  const parts = [];
  let header;
  for (let at = SIGNATURE.length; at < png.length; ) {
    const [length, type] = [png.readUInt32BE(at), png.toString("latin1", at + 4, at + 8)];
    const data = png.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") header = data;
    if (type === "IDAT") parts.push(data);
    at += 12 + length;
  }
  const [width, height, channels] = [header.readUInt32BE(0), header.readUInt32BE(4), { 2: 3, 6: 4 }[header[9]]];
  const [raw, stride] = [inflateSync(Buffer.concat(parts)), width * channels];
  const colours = new Map();
  const pixels = new Uint16Array(width * height);
  let before = new Uint8Array(stride);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)];
    const line = new Uint8Array(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
    for (let x = 0; x < stride; x += 1) {
      const [left, corner] = x < channels ? [0, 0] : [line[x - channels], before[x - channels]];
      line[x] += predicted(filter, left, before[x], corner);
    }
    for (let x = 0; x < width; x += 1) {
      const step = (nth) => Math.round((line[x * channels + nth] * 31) / 255);
      const colour = (step(0) << 10) | (step(1) << 5) | step(2);
      pixels[y * width + x] = colour;
      colours.set(colour, (colours.get(colour) ?? 0) + 1);
    }
    before = line;
  }
  const palette = [...colours].sort((one, other) => other[1] - one[1]).slice(0, 256).map(([colour]) => colour);
  const channelsOf = (colour) => [colour >> 10, (colour >> 5) & 31, colour & 31];
  const nearest = (colour) => {
    const far = palette.map((one) => channelsOf(one).reduce((sum, part, nth) => sum + (part - channelsOf(colour)[nth]) ** 2, 0));
    return far.indexOf(Math.min(...far));
  };
  const index = new Map([...colours.keys()].map((colour) => [colour, nearest(colour)]));
  const lines = Buffer.alloc(height * (width + 1));
  pixels.forEach((colour, nth) => (lines[nth + Math.floor(nth / width) + 1] = index.get(colour)));
  const head = Buffer.from(header);
  [head[8], head[9]] = [8, 3];
  const plte = Buffer.from(palette.flatMap((colour) => channelsOf(colour).map((part) => Math.round((part * 255) / 31))));
  const data = deflateSync(lines, { level: 9 });
  return Buffer.concat([SIGNATURE, chunk("IHDR", head), chunk("PLTE", plte), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}
