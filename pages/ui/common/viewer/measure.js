// Measurements: one or two lines drawn by mouse, touch or keys, in mm where the file states a pixel spacing. Each change is
// reported to Python, which keeps them for the session; what Python has not heard of yet is newer than what it sends. A
// measurement that still lacks its second line belongs to its viewer and is none of the image's yet.

const LINES = { length: 1, angle: 2, area: 1, ratio: 2 };
const SHORTLY_WHERE = { detector: "detector", film: "film" };
const WHERE = { detector: "at_detector", film: "on_film" };
const KEY_STEP = 10; // CSS pixels that an arrow key moves the cross; with Shift 1
const DRAWN = "#7ee0c3";
const CHOSEN = "#f0e442";
const ACROSS = 2; // as many times as wide as high, as in meddx/imaging/measurements.py
const measuresByImage = new Map(); // name of an image -> measures
const changedImages = new Map(); // name of an image -> number of its last change that Python has not heard of
const thisPage = newName();
let changes = 0;

/** A name that no other page gives. */
function newName() {
  return crypto.getRandomValues(new Uint32Array(3)).join("-");
}

/** Take over what Python keeps, {name of an image: measures}, and what it has heard of: `upTo` of a report. */
function takeOver(kept, heard) {
  const [page, last] = heard ?? [];
  for (const [name, change] of changedImages) if (page === thisPage && change <= last) changedImages.delete(name);
  for (const [name, measures] of Object.entries(kept ?? {})) {
    if (!changedImages.has(name)) measuresByImage.set(name, measures);
  }
}

/** Whether a ratio is that of heart and thorax: two lines across a frontal chest film, the shorter first. */
function isCardiothoracic({ tool, lines }, { spacing, pixel_aspect, frontal_chest }) {
  if (tool !== "ratio" || !frontal_chest || lines.length < 2) return false;
  const [down, across] = spacing ?? [pixel_aspect, 1];
  const [first, second] = lines.map(([from, to]) => [Math.abs(to.x - from.x) * across, Math.abs(to.y - from.y) * down]);
  const runAcross = [first, second].every(([wide, high]) => wide >= ACROSS * high);
  return runAcross && Math.hypot(...first) < Math.hypot(...second);
}

/** What a measure says, in full or as the label beside its line. Points are in columns and rows of the image. */
function measureText({ tool, lines }, { spacing, measured_at, pixel_aspect }, shortly = false) {
  const [down, across] = spacing ?? [pixel_aspect, 1];
  const unit = spacing ? "mm" : "px";
  const unknown = shortly || tool === "ratio" ? null : "without_spacing"; // a ratio needs none
  const where = spacing ? (shortly ? SHORTLY_WHERE : WHERE)[measured_at] : unknown;
  const measured = (value) => (where ? withValues(words[where], { value }) : value);
  const vectors = lines.map(([from, to]) => [(to.x - from.x) * across, (to.y - from.y) * down]);
  const [first, second] = vectors.map((vector) => Math.hypot(...vector));
  if (tool === "length") return measured(`${first.toFixed(1)} ${unit}`);
  if (tool === "area") return measured(`${((Math.PI / 4) * Math.abs(vectors[0][0] * vectors[0][1])).toFixed(0)} ${unit}²`);
  if (lines.length < 2 || !first || !second) {
    return shortly ? "" : withValues(words.second_line, { value: measured(`${first.toFixed(1)} ${unit}`) });
  }
  if (tool === "ratio" && shortly) return (first / second).toFixed(2);
  if (tool === "ratio") return `${(first / second).toFixed(2)} (${measured(`${first.toFixed(1)} / ${second.toFixed(1)} ${unit}`)})`;
  const [[a, b], [c, d]] = vectors;
  const degrees = (Math.acos(clamp((a * c + b * d) / (first * second), -1, 1)) * 180) / Math.PI;
  const smaller = Math.min(degrees, 180 - degrees);
  const angle = smaller.toFixed(1);
  return shortly ? `${angle}°` : withValues(words.both_angles, { angle, other: (180 - smaller).toFixed(1) });
}

class Measuring {
  constructor(viewer) {
    this.viewer = viewer;
    this.tool = this.line = this.cross = null;
    this.begun = []; // lines of a measure that lacks another
    this.picked = null; // the measure to remove, as it was when it was chosen
  }

  /** Take over what Python keeps and has heard of, and whether it keeps measures at all. */
  show({ measures, measures_heard, keeps_measures, most_measures }) {
    this.reports = keeps_measures;
    this.most = most_measures;
    takeOver(measures, measures_heard);
  }

  /** Begin anew: another image is open. */
  opened() {
    this.line = this.picked = null;
    this.begun = [];
  }

  /** Report every image with changes that Python has not heard of. */
  #changed() {
    changedImages.set(this.viewer.image.meta.name, ++changes);
    if (!this.reports) return;
    const images = Object.fromEntries([...changedImages.keys()].map((name) => [name, measuresByImage.get(name)]));
    this.viewer.keep("measures", { images, upTo: [thisPage, changes] });
  }

  get isFull() {
    return this.measures.length >= this.most;
  }

  get measures() {
    const key = this.viewer.image?.meta.name; // not its place, which changes as a series grows
    if (!measuresByImage.has(key)) measuresByImage.set(key, []);
    return measuresByImage.get(key);
  }

  /** Place of the chosen measure among the image's, -1 for none: other viewers of the image may have removed it. */
  get chosen() {
    if (!this.picked) return -1;
    const picked = JSON.stringify(this.picked);
    return this.measures.findIndex((measure) => JSON.stringify(measure) === picked);
  }

  /** Choose the measure to remove, by its place. */
  pick(place) {
    this.picked = this.measures[place] ?? null;
    this.viewer.measuresChanged();
  }

  choose(tool) {
    this.tool = this.tool === tool ? null : tool;
    this.line = this.cross = null;
    this.begun = [];
    this.viewer.measuresChanged();
  }

  begin(point) {
    const at = this.viewer.imagePoint(point);
    this.line = [at, at];
  }

  move(point) {
    if (!this.line) return;
    this.line = [this.line[0], this.viewer.imagePoint(point)];
    this.viewer.measuresChanged();
  }

  end() {
    const line = this.line;
    this.line = null;
    if (line && !this.isFull && (line[0].x !== line[1].x || line[0].y !== line[1].y)) {
      this.begun.push(line);
      if (this.begun.length === LINES[this.tool]) {
        this.measures.push({ tool: this.tool, lines: this.begun });
        this.begun = [];
        this.#changed();
      }
    }
    this.viewer.measuresChanged();
  }

  removeLast() {
    this.line = null;
    if (this.begun.length) this.begun = [];
    else if (this.measures.pop()) this.#changed();
    this.viewer.measuresChanged();
  }

  removeChosen() {
    if (this.chosen < 0) return;
    this.measures.splice(this.chosen, 1);
    this.picked = null;
    this.#changed();
    this.viewer.measuresChanged();
  }

  removeAll() {
    this.line = this.picked = null;
    this.begun = [];
    if (this.measures.splice(0).length) this.#changed();
    this.viewer.measuresChanged();
  }

  /** Fill the list of measures to choose from. */
  list(select) {
    const { measures, viewer: { image } } = this;
    const titled = (measure) => `${words[measure.tool]} ${measureText(measure, image.meta, true)}`;
    const numbered = (measure, at) => withValues(words.numbered_measure, { number: at + 1, measure: titled(measure) });
    const titles = [words.none_chosen, ...(image ? measures.map(numbered) : [])];
    const shown = JSON.stringify(titles);
    if (select.dataset.shown !== shown) select.replaceChildren(...titles.map((title, at) => new Option(title, at - 1))); // an open list stays open
    select.dataset.shown = shown;
    select.value = this.chosen;
    select.disabled = titles.length === 1;
  }

  /** Handle a key while a tool is chosen: arrows move a cross, Enter begins and ends a line there. */
  key(event) {
    if (!this.tool || !this.viewer.image) return false;
    const { clientWidth, clientHeight } = this.viewer.stage;
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (arrow) {
      const step = event.shiftKey ? 1 : KEY_STEP;
      const from = this.cross ?? { x: clientWidth / 2, y: clientHeight / 2 };
      this.cross = {
        x: clamp(from.x + arrow[0] * step, 0, clientWidth), y: clamp(from.y + arrow[1] * step, 0, clientHeight),
      };
      this.move(this.cross);
    } else if (event.key === "Enter") {
      this.cross ??= { x: clientWidth / 2, y: clientHeight / 2 };
      if (this.line) this.end();
      else this.begin(this.cross);
    } else if (event.key === "Escape") this.choose(this.tool);
    else if (event.key === "Delete" || event.key === "Backspace") this.chosen < 0 ? this.removeLast() : this.removeChosen();
    else return false;
    this.viewer.measuresChanged();
    return true;
  }

  /** All that is to be drawn, the line under the pointer included. */
  drawn() {
    const lines = this.line ? [...this.begun, this.line] : this.begun;
    return lines.length ? [...this.measures, { tool: this.tool, lines }] : this.measures;
  }

  /** Draw on a context in CSS pixels of the stage. */
  draw(context) {
    const chosen = this.measures[this.chosen];
    for (const measure of this.drawn()) {
      const outlined = outlinedIn(measure === chosen ? CHOSEN : DRAWN);
      const lines = measure.lines.map((line) => line.map((at) => this.viewer.stagePoint(at)));
      const path = new Path2D();
      for (const [from, to] of lines) {
        if (measure.tool === "area") ellipse(path, from, to);
        else path.moveTo(from.x, from.y), path.lineTo(to.x, to.y);
        for (const end of [from, to]) path.rect(end.x - 2, end.y - 2, 4, 4);
      }
      outlined((colour, width) => {
        Object.assign(context, { strokeStyle: colour, lineWidth: width });
        context.stroke(path);
      });
      const [, end] = lines.at(-1);
      context.font = "600 13px system-ui, sans-serif";
      const text = measureText(measure, this.viewer.image.meta, true);
      const x = clamp(end.x + 8, 4, Math.max(this.viewer.stage.clientWidth - context.measureText(text).width - 4, 4));
      const y = clamp(end.y - 8, 14, this.viewer.stage.clientHeight - 6);
      outlined((colour, width) => {
        Object.assign(context, { strokeStyle: colour, fillStyle: colour, lineWidth: width });
        if (width > 2) context.strokeText(text, x, y);
        else context.fillText(text, x, y);
      });
    }
    if (this.tool && this.cross) {
      const { x, y } = this.cross;
      const outlined = outlinedIn(DRAWN);
      const path = new Path2D(`M${x - 10} ${y}H${x + 10}M${x} ${y - 10}V${y + 10}`);
      outlined((colour, width) => {
        Object.assign(context, { strokeStyle: colour, lineWidth: width });
        context.stroke(path);
      });
    }
  }

  /** The chosen measure in words, else the last. */
  text() {
    const last = this.begun.length || this.line || this.chosen < 0 ? this.drawn().at(-1) : this.measures[this.chosen];
    const meta = this.viewer.image?.meta;
    if (!last || !meta) return "";
    if (this.tool && this.isFull) return withValues(words.full_of_measures, { count: this.most });
    return `${words[isCardiothoracic(last, meta) ? "cardiothoracic" : last.tool]} ${measureText(last, meta)}`;
  }
}

function ellipse(path, from, to) {
  const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
  const [across, down] = [Math.abs(to.x - from.x) / 2, Math.abs(to.y - from.y) / 2];
  path.moveTo(x + across, y);
  path.ellipse(x, y, across, down, 0, 0, 2 * Math.PI);
}

/** Light on dark: seen on any grey. */
function outlinedIn(colour) {
  return (stroke) => {
    stroke("#000", 4);
    stroke(colour, 1.5);
  };
}
