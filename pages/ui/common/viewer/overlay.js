// Evidence in colour: a coarse grid on its scale, interpolated and put back on the image.
// The rule is that of meddx/imaging/overlay.py, which draws the same on the command line.

// Viridis (van der Walt and Smith 2015) at nine even steps: ordered in lightness, safe for colour-blind readers.
const VIRIDIS = ["#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725"];
// Vermilion (Okabe and Ito 2008) in stripes, for what speaks against the label.
const AGAINST = ["#5e2400", "#8f3a00", "#d55e00", "#ee8a3c", "#f7b37a", "#fddcc0"];
const STRIPES = 48;
const BETWEEN = 0.35;
const OVERLAY_SIZE = 512;
const SAMPLES = 64; // places a side at which a map is looked at to describe it
const PLACES = [["upper_left", "upper_middle", "upper_right"], ["left", "centre", "right"], ["lower_left", "lower_middle", "lower_right"]];

/** RGB words (256,), linear between the colours. */
function colourTable(colours) {
  const stops = colours.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const at = (i / 255) * (stops.length - 1);
    const [a, b] = [stops[Math.floor(at)], stops[Math.min(Math.floor(at) + 1, stops.length - 1)]];
    const [red, green, blue] = a.map((from, k) => Math.round(from + (b[k] - from) * (at - Math.floor(at))));
    return ((blue << 16) | (green << 8) | red) >>> 0;
  });
}

const [viridisTable, againstTable] = [colourTable(VIRIDIS), colourTable(AGAINST)];

class Evidence {
  /**
   * data: {title, method, signed, rows, columns, samples (int16 in base64), step (value of one), fixed (whether all
   * images share the scale), scale (where the colours end), negligible (evidence up to it counts as none), placement}.
   */
  constructor(data) {
    Object.assign(this, data);
    this.grid = Float32Array.from(new Int16Array(decodeBytes(data.samples).buffer), (sample) => sample * data.step);
    this.highest = this.grid.reduce((a, b) => Math.max(a, b));
    this.lowest = this.grid.reduce((a, b) => Math.min(a, b));
  }

  /** A strength as a share of the scale, in words. */
  strength(value) {
    const strength = ((100 * value) / this.scale).toFixed(0);
    return withValues(this.fixed ? words.of_scale : words.of_strongest, { share: strength });
  }

  /** Evidence at a point of the image (fractions of it), bilinear between cell centres; 0 where the image was cut. */
  at(x, y) {
    const { left, right, top, bottom } = this.placement;
    const [across, down] = [left + x * (right - left), top + y * (bottom - top)];
    if (across < 0 || across > 1 || down < 0 || down > 1) return 0;
    const column = clamp(across * this.columns - 0.5, 0, this.columns - 1);
    const row = clamp(down * this.rows - 0.5, 0, this.rows - 1);
    const [c, r] = [Math.floor(column), Math.floor(row)];
    const next = Math.min(c + 1, this.columns - 1) - c;
    const upper = r * this.columns + c;
    const lower = Math.min(r + 1, this.rows - 1) * this.columns + c;
    const { grid } = this;
    const above = grid[upper] + (grid[upper + next] - grid[upper]) * (column - c);
    const below = grid[lower] + (grid[lower + next] - grid[lower]) * (column - c);
    return above + (below - above) * (row - r);
  }

  /** The image's part of the map as a square ImageData; transparent where it is weaker than the cut-off. */
  image(cutoff) {
    const image = new ImageData(OVERLAY_SIZE, OVERLAY_SIZE);
    const pixels = new Uint32Array(image.data.buffer);
    const [speaksFor, speaksAgainst] = [this.highest > this.negligible, -this.lowest > this.negligible];
    for (let y = 0, out = 0; y < OVERLAY_SIZE; y++) {
      for (let x = 0; x < OVERLAY_SIZE; x++, out++) {
        const evidence = this.at((x + 0.5) / OVERLAY_SIZE, (y + 0.5) / OVERLAY_SIZE);
        const strength = Math.abs(evidence);
        if (strength < cutoff || !(evidence > 0 ? speaksFor : speaksAgainst) || strength === 0) continue;
        const entry = Math.min(Math.round((255 * strength) / this.scale), 255);
        const between = evidence < 0 && Math.floor((STRIPES * (x + y + 1)) / OVERLAY_SIZE) % 2;
        const alpha = between ? Math.round(255 * BETWEEN) : 255;
        pixels[out] = ((alpha << 24) | (evidence > 0 ? viridisTable : againstTable)[entry]) >>> 0;
      }
    }
    return image;
  }

  /**
   * The map in words: where it is strongest, how strong, and how much of the image it covers above the cut-off.
   * matrix: how the image lies on the stage; places are named as it is shown.
   */
  description(cutoff, matrix) {
    const asked = `${cutoff} ${matrix}`;
    if (this.described?.asked !== asked) this.described = { asked, text: this.#describe(cutoff, matrix) }; // asked for with every drawing
    return this.described.text;
  }

  #describe(cutoff, matrix) {
    const nothing = this.sentence(cutoff);
    if (nothing) return withValues(words.empty_map, { sentence: nothing });
    let [most, least, covered] = [{ value: 0 }, { value: 0 }, 0];
    for (let row = 0; row < SAMPLES; row++) {
      for (let column = 0; column < SAMPLES; column++) {
        const value = this.at((column + 0.5) / SAMPLES, (row + 0.5) / SAMPLES);
        if (value > most.value) most = { value, row, column };
        if (value < least.value) least = { value, row, column };
        if (value > 0 && value >= cutoff) covered++;
      }
    }
    const third = (fromCentre) => Math.floor(3 * (fromCentre / SAMPLES + 0.5));
    const place = ({ row, column }) => {
      const { x, y } = applied(matrix, { x: column + 0.5 - SAMPLES / 2, y: row + 0.5 - SAMPLES / 2 });
      return words[PLACES[third(y)][third(x)]];
    };
    const share = Math.max(1, Math.round((100 * covered) / SAMPLES ** 2));
    const against = -least.value > this.negligible && -least.value >= cutoff
      ? withValues(words.map_against, { place: place(least), strength: this.strength(-least.value) }) : "";
    const strongest = { label: this.title, method: this.method, place: place(most), strength: this.strength(most.value), share };
    return paragraph(withValues(words.map, strongest), against);
  }

  /** The sentence to show where no evidence for the label is drawn, else "". */
  sentence(cutoff) {
    const striped = -this.lowest > this.negligible && -this.lowest >= cutoff;
    const against = striped ? words.striped : "";
    const label = this.title;
    if (this.highest <= this.negligible) return paragraph(withValues(words.no_evidence, { label }), against);
    if (this.highest >= cutoff) return "";
    return paragraph(withValues(words.hidden_as_weak, { label, strength: this.strength(this.highest) }), against);
  }
}
