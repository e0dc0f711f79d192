// An image in the browser: its stored samples, and averaged half-size copies from which it is drawn small.

const CACHED_IMAGES = 3;
const cachedImages = new Map(); // url -> Promise<Image>, the most recently shown last

class Image {
  constructor(meta, samples) {
    this.meta = meta;
    this.levels = [{ samples, columns: meta.columns, rows: meta.rows }];
  }

  /** The image at `meta.url`, fetched once; the browser inflates it (Content-Encoding: gzip). */
  static fetch(meta, onFetch) {
    const cached = cachedImages.get(meta.url);
    const image = cached ?? Image.#download(meta, onFetch);
    cachedImages.delete(meta.url);
    cachedImages.set(meta.url, image);
    if (!cached) image.catch(() => cachedImages.delete(meta.url));
    while (cachedImages.size > CACHED_IMAGES) cachedImages.delete(cachedImages.keys().next().value);
    return image;
  }

  static async #download(meta, onFetch) {
    onFetch();
    const response = await fetch(meta.url);
    if (!response.ok) throw new Error(words.image_gone);
    const bytes = await response.arrayBuffer();
    return new Image(meta, meta.channels === 1 ? new Uint16Array(bytes) : new Uint8Array(bytes));
  }

  /** Level n holds the image at 1 / 2^n of its size; each is made from the one before when first needed. */
  level(n) {
    while (this.levels.length <= n) this.levels.push(halve(this.levels.at(-1), this.meta.channels));
    return this.levels[n];
  }

  /** The value in modality units at a pixel (grey), or [r, g, b]; null off the image. */
  value(column, row) {
    const { columns, rows, channels, slope, intercept } = this.meta;
    if (column < 0 || row < 0 || column >= columns || row >= rows) return null;
    const at = (row * columns + column) * channels;
    const samples = this.levels[0].samples;
    return channels === 1 ? samples[at] * slope + intercept : Array.from(samples.subarray(at, at + 3));
  }

  /** How much detail lies between two points, in columns and rows: squared steps between neighbours of level n, summed. */
  detail(from, to, n) {
    const { samples, columns, rows } = this.level(n);
    const { channels } = this.meta;
    const cells = (a, b, last) => [Math.min(a, b), Math.max(a, b)].map((at) => clamp(Math.round(at / 2 ** n), 0, last));
    const [left, right] = cells(from.x, to.x, columns - 1);
    const [top, bottom] = cells(from.y, to.y, rows - 1);
    let sum = 0;
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        const at = (row * columns + column) * channels;
        sum += (samples[at + channels] - samples[at]) ** 2 + (samples[at + columns * channels] - samples[at]) ** 2;
      }
    }
    return sum;
  }

  /** Stored values at or below which lie the fractions given, in (0, 1], of all samples: 1 gives the greatest. */
  quantiles(fractions) {
    const { samples } = this.levels[0];
    const counts = new Uint32Array(65536);
    for (let i = 0; i < samples.length; i++) counts[samples[i]]++;
    return fractions.map((fraction) => {
      let seen = 0;
      for (let v = 0; v < 65536; v++) if ((seen += counts[v]) >= fraction * samples.length) return v;
      return 65535;
    });
  }
}

/** Means of 2 x 2 samples; an odd last row or column stands for itself. */
function halve({ samples, columns, rows }, channels) {
  const halfColumns = (columns + 1) >> 1;
  const halfRows = (rows + 1) >> 1;
  const half = new samples.constructor(halfColumns * halfRows * channels);
  let out = 0;
  for (let row = 0; row < halfRows; row++) {
    const upper = 2 * row * columns;
    const lower = Math.min(2 * row + 1, rows - 1) * columns;
    for (let column = 0; column < halfColumns; column++) {
      const left = 2 * column;
      const right = Math.min(left + 1, columns - 1);
      for (let channel = 0; channel < channels; channel++) {
        half[out++] =
          (samples[(upper + left) * channels + channel] + samples[(upper + right) * channels + channel] +
            samples[(lower + left) * channels + channel] + samples[(lower + right) * channels + channel] + 2) >> 2;
      }
    }
  }
  return { samples: half, columns: halfColumns, rows: halfRows };
}

/** The part [x0, x1) x [y0, y1) of a level as ImageData: grey through `table`, colour as it is. */
function toImage(level, channels, table, x0, y0, x1, y1) {
  const image = new ImageData(x1 - x0, y1 - y0);
  const pixels = new Uint32Array(image.data.buffer);
  const { samples, columns } = level;
  let out = 0;
  for (let y = y0; y < y1; y++) {
    if (channels === 1) {
      for (let i = y * columns + x0, end = y * columns + x1; i < end; i++) pixels[out++] = table[samples[i]];
    } else {
      for (let i = (y * columns + x0) * 3, end = (y * columns + x1) * 3; i < end; i += 3) {
        const r = table[samples[i]] & 255, g = table[samples[i + 1]] & 255, b = table[samples[i + 2]] & 255;
        pixels[out++] = 0xff000000 | (b << 16) | (g << 8) | r;
      }
    }
  }
  return image;
}
