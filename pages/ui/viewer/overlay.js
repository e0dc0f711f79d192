// Evidence in colour: a coarse grid in logit units on a fixed scale, interpolated and put back on the film.
// The rule is that of meddx/imaging/overlay.py, which draws the same on the command line.

// Viridis (van der Walt and Smith 2015) at nine even steps: ordered in lightness, safe for colour-blind readers.
const VIRIDIS = ["#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725"];
const OVERLAY_SIZE = 512;

const viridisTable = (() => {
  const stops = VIRIDIS.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const at = (i / 255) * (stops.length - 1);
    const [a, b] = [stops[Math.floor(at)], stops[Math.min(Math.floor(at) + 1, stops.length - 1)]];
    const [red, green, blue] = a.map((from, k) => Math.round(from + (b[k] - from) * (at - Math.floor(at))));
    return ((blue << 16) | (green << 8) | red) >>> 0;
  });
})();

class Evidence {
  /** data: {title, grid (height x width, logit units), scale (where the colours end), nothing (below it: none), placement}. */
  constructor(data) {
    Object.assign(this, data);
    this.height = data.grid.length;
    this.width = data.grid[0].length;
    this.peak = Math.max(...data.grid.flat());
    this.empty = this.peak < data.nothing;
  }

  /** Evidence at a point of the film (fractions of it), bilinear between cell centres. */
  at(x, y) {
    const { left, right, top, bottom } = this.placement;
    const column = clamp((left + x * (right - left)) * this.width - 0.5, 0, this.width - 1);
    const row = clamp((top + y * (bottom - top)) * this.height - 0.5, 0, this.height - 1);
    const [c, r] = [Math.floor(column), Math.floor(row)];
    const [upper, lower] = [this.grid[r], this.grid[Math.min(r + 1, this.height - 1)]];
    const next = Math.min(c + 1, this.width - 1);
    const above = upper[c] + (upper[next] - upper[c]) * (column - c);
    const below = lower[c] + (lower[next] - lower[c]) * (column - c);
    return above + (below - above) * (row - r);
  }

  /** The film's part of the map as a square ImageData; transparent below the cut-off (logit units). */
  image(cutoff) {
    const image = new ImageData(OVERLAY_SIZE, OVERLAY_SIZE);
    const pixels = new Uint32Array(image.data.buffer);
    for (let y = 0, out = 0; y < OVERLAY_SIZE; y++) {
      for (let x = 0; x < OVERLAY_SIZE; x++, out++) {
        const evidence = this.at((x + 0.5) / OVERLAY_SIZE, (y + 0.5) / OVERLAY_SIZE);
        if (evidence < cutoff || evidence <= 0) continue;
        pixels[out] = 0xff000000 | viridisTable[clamp(Math.round((255 * evidence) / this.scale), 0, 255)];
      }
    }
    return image;
  }

  /** The sentence that stands in for a picture, or "" when there is one. */
  sentence(cutoff) {
    if (this.empty) return `No evidence for ${this.title} on this film.`;
    if (this.peak < cutoff) {
      return `All evidence for ${this.title} is below the cut-off: at most ${this.peak.toFixed(2)} logit units.`;
    }
    return "";
  }
}
