// The frames of a file or a series, fetched by number and ahead of the reader, so that scrolling waits for no script.

const AHEAD = 8; // frames on the side towards which the reader scrolls; half as many on the other
const FETCHED_AT_A_TIME = 4; // of a browser's six connections to a server
const STACK_BYTES = 256 << 20;
const NOTCH = 50; // CSS pixels of a wheel that are a frame

class Stack {
  constructor(url, count, file) {
    Object.assign(this, { url, count, file });
    this.frames = new Map(); // index -> Promise<Image>, the most recently shown last
    this.queue = [];
    this.loading = 0;
    this.last = 0;
  }

  /** The frame at an index; those around it follow in the background. */
  frame(index) {
    const direction = index < this.last ? -1 : 1;
    this.last = index;
    const frame = this.#frame(index);
    this.queue = [];
    for (let step = 1; step <= AHEAD; step++) {
      this.queue.push(index + step * direction);
      if (step <= AHEAD / 2) this.queue.push(index - step * direction);
    }
    frame.finally(() => this.#fetchAhead()).catch(() => {});
    return frame;
  }

  #frame(index) {
    const known = this.frames.get(index);
    const frame = known ?? this.#fetch(index);
    this.frames.delete(index);
    this.frames.set(index, frame);
    if (!known) frame.catch(() => this.frames.delete(index));
    return frame;
  }

  #fetchAhead() {
    while (this.loading < FETCHED_AT_A_TIME && this.queue.length) {
      const index = this.queue.shift();
      if (index < 0 || index >= this.count || this.frames.has(index)) continue;
      this.#frame(index).finally(() => this.#fetchAhead()).catch(() => {});
    }
  }

  async #fetch(index) {
    this.loading++;
    try {
      const response = await fetch(`${this.url}/${index}`);
      if (!response.ok) throw new Error(response.status === 404 ? words.image_gone : await response.text());
      const body = await response.arrayBuffer();
      const length = new DataView(body).getUint32(0);
      const meta = JSON.parse(new TextDecoder().decode(new Uint8Array(body, 4, length)));
      const packed = new Blob([new Uint8Array(body, 4 + length)]).stream();
      const bytes = await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
      const image = new Image({ ...meta, file: this.file }, meta.channels === 1 ? new Uint16Array(bytes) : new Uint8Array(bytes));
      this.#forget(bytes.byteLength);
      return image;
    } finally {
      this.loading--;
    }
  }

  /** Keep so many frames of this size as STACK_BYTES hold, at least those that are fetched ahead. */
  #forget(bytes) {
    const most = Math.max(2 * AHEAD, Math.floor(STACK_BYTES / bytes));
    while (this.frames.size > most) this.frames.delete(this.frames.keys().next().value);
  }
}

/** Turns of a wheel as whole frames: a notch is one, and a touchpad's small steps add up to one. */
class Notches {
  #sum = 0;

  add(pixels) {
    this.#sum = Math.sign(pixels) === Math.sign(this.#sum) ? this.#sum + pixels : pixels;
    if (Math.abs(this.#sum) < NOTCH) return 0;
    const frames = Math.sign(this.#sum);
    this.#sum = 0;
    return frames;
  }
}
