// Places on the image that a reader draws, moves and resizes: rectangles in rows and columns, bottom and right left out.
// Python numbers them; until it has, a new place goes by the name of the change that drew it.

const REACH = 8; // CSS pixels from an edge within which it is taken hold of
const SMALLEST = 2; // pixels a side of the image; less was a click

class Places {
  constructor(viewer) {
    this.viewer = viewer;
    this.sent = this.file = this.held = null;
    this.changes = []; // {name, file, number, top, left, bottom, right}, of which Python has not heard
    this.on = true;
  }

  /** Take what Python sent: [{number, top, left, bottom, right}], null where none are to be set, and by the name of each change that it has heard of the number of its place. */
  show({ places, places_heard: numbers, file }) {
    if (file !== this.file) this.changes = [];
    this.file = file;
    this.sent = places ?? null;
    if (!this.sent) this.held = null;
    for (const one of [...this.changes, this.held ?? {}]) one.number = numbers[one.number] ?? one.number;
    this.changes = this.changes.filter(({ name }) => !(name in numbers));
  }

  /** The places as the reader has set them, null where none are to be set. */
  get given() {
    return this.sent && [...new Map([...this.sent, ...this.changes].map((place) => [place.number, place])).values()];
  }

  get active() {
    return Boolean(this.sent && this.on && this.viewer.image);
  }

  toggle() {
    this.on = !this.on;
    this.viewer.placesChanged();
  }

  begin(point) {
    const at = this.viewer.imagePoint(point);
    this.held = this.#under(at) ?? { number: newName(), from: at, was: null, sides: [], now: null };
  }

  move(point) {
    if (!this.held) return;
    const at = this.viewer.imagePoint(point);
    const { from, was, sides } = this.held;
    const [across, down] = [at.x - from.x, at.y - from.y];
    if (!was) this.held.now = { left: from.x, right: at.x, top: from.y, bottom: at.y };
    else if (!sides.length) {
      this.held.now = { left: was.left + across, right: was.right + across, top: was.top + down, bottom: was.bottom + down };
    } else {
      this.held.now = { ...was };
      for (const side of sides) this.held.now[side] += side === "left" || side === "right" ? across : down;
    }
    this.viewer.placesChanged();
  }

  end() {
    const { number, now } = this.held ?? {};
    this.held = null;
    const place = now && this.#whole(now);
    if (place && place.right - place.left >= SMALLEST && place.bottom - place.top >= SMALLEST) {
      const isNew = typeof number === "string" && !this.changes.some((one) => one.number === number);
      this.changes.push({ name: isNew ? number : newName(), file: this.file, number, ...place });
      this.viewer.keep("places", this.changes);
    }
    this.viewer.placesChanged();
  }

  /** The rectangle of whole pixels on the image. */
  #whole({ left, right, top, bottom }) {
    const { rows, columns } = this.viewer.image.meta;
    const within = (value, most) => clamp(value, 0, most);
    return {
      top: within(Math.floor(Math.min(top, bottom)), rows), bottom: within(Math.ceil(Math.max(top, bottom)), rows),
      left: within(Math.floor(Math.min(left, right)), columns), right: within(Math.ceil(Math.max(left, right)), columns),
    };
  }

  /** What is taken hold of at a point of the image: the sides that lie there, none for the whole place. */
  #under(at) {
    const [across, down] = [REACH / this.viewer.scale, REACH / this.viewer.scale / this.viewer.image.meta.pixel_aspect];
    for (const was of [...this.given].reverse()) {
      if (at.x < was.left - across || at.x > was.right + across || at.y < was.top - down || at.y > was.bottom + down) continue;
      const nearer = (low, high, value, reach) => {
        const side = Math.abs(value - was[low]) <= Math.abs(value - was[high]) ? low : high;
        return Math.abs(value - was[side]) <= reach ? [side] : [];
      };
      const sides = [...nearer("left", "right", at.x, across), ...nearer("top", "bottom", at.y, down)];
      return { number: was.number, from: at, was, sides, now: null };
    }
    return null;
  }

  /** The places as they are to be drawn, that under the pointer included. */
  drawn() {
    if (!this.held?.now) return this.given ?? [];
    return [...this.given.filter((one) => one.number !== this.held.number), this.#whole(this.held.now)];
  }

  /** Add borders, and a mark at each corner, to a path; `at` gives the point of a column and row. */
  trace(path, at) {
    for (const { top, left, bottom, right } of this.drawn()) {
      const corners = [[left, top], [right, top], [right, bottom], [left, bottom]].map(([x, y]) => at(x, y));
      corners.forEach(({ x, y }, place) => (place ? path.lineTo(x, y) : path.moveTo(x, y)));
      path.closePath();
      if (this.on) for (const { x, y } of corners) path.rect(x - 3, y - 3, 6, 6);
    }
  }
}
