// The frames of a file or a series, fetched by number and ahead of the reader, so that scrolling waits for no script.

const AHEAD = 8; // frames on the side towards which the reader scrolls; half as many on the other
const FETCHED_AT_A_TIME = 4; // of a browser's six connections to a server, by all viewers together
const STACK_BYTES = 256 << 20; // likewise
const NOTCH = 50; // CSS pixels of a wheel that are a frame

const stacks = new Map(); // url -> Stack, of the viewers of this page
let fetching = 0;

class Stack {
  /** The stack at this address, one for all viewers that show it; each releases it when it shows another. */
  static shared(url, count, file, viewer) {
    const stack = stacks.get(url) ?? new Stack(url, count, file);
    stacks.set(url, stack);
    stack.viewers.set(viewer, { last: 0, queue: [] });
    return stack;
  }

  constructor(url, count, file) {
    Object.assign(this, { url, count, file });
    this.frames = new Map(); // index -> Promise<Image>, the most recently shown last
    this.viewers = new Map(); // viewer -> the frame that it shows, who waits for it, and what to fetch ahead of it
  }

  release(viewer) {
    this.viewers.delete(viewer);
    if (!this.viewers.size) stacks.delete(this.url);
  }

  /** The frame at an index, for a viewer; those around it follow in the background. One that the viewer leaves before its turn has come is not fetched, and its promise stays open. */
  frame(index, viewer) {
    const ahead = this.viewers.get(viewer);
    const direction = index < ahead.last ? -1 : 1;
    Object.assign(ahead, { last: index, queue: [], waiting: null });
    const frame = this.frames.has(index) ? this.#frame(index) : new Promise((found) => (ahead.waiting = found));
    for (let step = 1; step <= AHEAD; step++) {
      ahead.queue.push(index + step * direction);
      if (step <= AHEAD / 2) ahead.queue.push(index - step * direction);
    }
    fetchAhead();
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

  /** Fetch the frame that a viewer waits for, else the next of its queue; whether there was one. */
  fetchNext(ahead) {
    const { queue, waiting, last } = ahead;
    if (waiting) {
      ahead.waiting = null;
      waiting(this.#frame(last));
      this.frames.get(last).finally(fetchAhead).catch(() => {});
      return true;
    }
    while (queue.length) {
      const index = queue.shift();
      if (index < 0 || index >= this.count || this.frames.has(index)) continue;
      this.#frame(index).finally(fetchAhead).catch(() => {});
      return true;
    }
    return false;
  }

  async #fetch(index) {
    fetching++;
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
      fetching--;
    }
  }

  /** Keep so many frames of this size as STACK_BYTES hold, at least those that are fetched ahead. */
  #forget(bytes) {
    const most = Math.max(2 * AHEAD, Math.floor(STACK_BYTES / stacks.size / bytes));
    while (this.frames.size > most) this.frames.delete(this.frames.keys().next().value);
  }
}

/** Fetch frames ahead, one for each viewer in turn, as far as connections are free. */
function fetchAhead() {
  let left = [...stacks.values()].flatMap((stack) => [...stack.viewers.values()].map((ahead) => [stack, ahead]));
  while (left.length && fetching < FETCHED_AT_A_TIME) {
    left = left.filter(([stack, ahead]) => fetching < FETCHED_AT_A_TIME && stack.fetchNext(ahead));
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
