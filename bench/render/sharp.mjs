// sharp (https://sharp.pixelplumbing.com), as a worker: a line with file and format in,
// a line of JSON with what it cost out.
//
// sharp           by an expert: one decode to raw pixels, variants from variants, the mark
//                 rendered once and laid over its own box
// sharp-effort2   the same with WebP at effort 2
// sharp-clone     as its documentation shows: one input, clone() for each variant, SVG mark
// sharp-firebase  as the resize extension for Firebase does it: a pipeline to a buffer and
//                 another from it, for each size
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const sharp = createRequire(process.env.SHARP_FROM)("sharp");
const [, , name, threads] = process.argv;
const QUALITY = 80, DISPLAY = 1600, MARGIN = 20, TEXT = "© Example Photos";
const SIDES = { thumbnail: 300, icon: 128 };

sharp.cache(false);
if (threads) sharp.concurrency(Number(threads));

const bounds = { fit: "inside", withoutEnlargement: true };
const webp = { quality: QUALITY, effort: name === "sharp-effort2" ? 2 : 4 };
const write = (image, form) =>
  (form === "webp" ? image.webp(webp) : image.jpeg({ quality: QUALITY })).toBuffer();

async function displaySize(data) {
  const { width, height, orientation = 1 } = await sharp(data).metadata();
  const scale = Math.min(1, DISPLAY / Math.max(width, height));
  const size = [Math.round(width * scale), Math.round(height * scale)];
  return orientation >= 5 ? size.reverse() : size;
}

function drawing(width, height) {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
      `<text x="${width - MARGIN}" y="${height - MARGIN}" text-anchor="end" font-family="sans-serif"` +
      ` font-weight="bold" font-size="${width / 25}" fill="white" fill-opacity="0.5">${TEXT}</text></svg>`,
  );
}

const marks = new Map();
async function mark(width) {
  if (!marks.has(width)) {
    const text = `<span foreground="white" alpha="50%">${TEXT}</span>`;
    const font = `sans bold ${Math.round(width / 25)}`;
    const made = await sharp({ text: { text, font, rgba: true, dpi: 72 } })
      .raw().toBuffer({ resolveWithObject: true });
    const { width: across, height: down, channels } = made.info;
    marks.set(width, { input: made.data, raw: { width: across, height: down, channels } });
  }
  return marks.get(width);
}

async function expert(data, form) {
  const { data: pixels, info } = await sharp(data).rotate()
    .resize(DISPLAY, DISPLAY, bounds).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const raw = { raw: { width: info.width, height: info.height, channels: info.channels } };
  const over = await mark(info.width);
  const left = info.width - over.raw.width - MARGIN, top = info.height - over.raw.height - MARGIN;
  const made = { display: write(sharp(pixels, raw).composite([{ ...over, left, top }]), form) };
  let source = pixels, shape = raw;
  for (const [variant, side] of Object.entries(SIDES)) {
    source = await sharp(source, shape).resize(side, side).raw().toBuffer();
    shape = { raw: { width: side, height: side, channels: info.channels } };
    made[variant] = write(sharp(source, shape), form);
  }
  return made;
}

async function clone(data, form) {
  const image = sharp(data).rotate();
  const over = drawing(...(await displaySize(data)));
  const made = Object.entries(SIDES).map(([variant, side]) =>
    [variant, write(image.clone().resize(side, side), form)]);
  const display = image.clone().resize(DISPLAY, DISPLAY, bounds).composite([{ input: over }]);
  return { ...Object.fromEntries(made), display: write(display, form) };
}

async function firebase(data, form) {
  const over = drawing(...(await displaySize(data)));
  const twice = async (image) => write(sharp(await image.toBuffer()), form);
  const made = Object.entries(SIDES).map(([variant, side]) =>
    [variant, twice(sharp(data).rotate().resize(side, side))]);
  const display = sharp(data).rotate().resize(DISPLAY, DISPLAY, bounds).composite([{ input: over }]);
  return { ...Object.fromEntries(made), display: twice(display) };
}

const run = { "sharp-clone": clone, "sharp-firebase": firebase }[name] ?? expert;
const files = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  const [path, form, folder] = line.split("\t");
  if (!files.has(path)) files.set(path, readFileSync(path));
  const before = process.cpuUsage(), began = performance.now();
  const promised = await run(files.get(path), form), made = {};
  for (const [variant, file] of Object.entries(promised)) made[variant] = await file;
  const { user, system } = process.cpuUsage(before);
  const bytes = Object.fromEntries(Object.entries(made).map(([key, file]) => [key, file.length]));
  if (folder) for (const [key, file] of Object.entries(made)) writeFileSync(`${folder}/${key}`, file);
  const peak_mb = process.resourceUsage().maxRSS / 1024;
  const wall_ms = performance.now() - began;
  console.log(JSON.stringify({ cpu_ms: (user + system) / 1000, wall_ms, peak_mb, bytes }));
}
