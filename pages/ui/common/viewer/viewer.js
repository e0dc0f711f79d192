// The image viewer: two canvases, one for the image and one for the evidence, each drawn only when it changes.

const FRAME_REST_MS = 250; // at a frame, before the page is asked for its findings
let lastFocus = 0; // also of viewers of pages that were left
let words = {}; // of viewer_words.py; one page is in one language

class Viewer {
  constructor(root) {
    this.root = root;
    this.stage = this.find(".stage");
    this.canvases = { image: this.find("canvas.image"), overlay: this.find("canvas.overlay"), outline: this.find("canvas.outline"), measures: this.find("canvas.measures") };
    this.matrix = UPRIGHT;
    this.measuring = new Measuring(this);
    this.places = new Places(this);
    this.scratch = document.createElement("canvas");
    this.image = this.url = this.evidence = this.evidenceImage = this.table = null;
    this.stack = this.wanted = this.words = null;
    this.overlayOn = true;
    this.touchWindows = false; // one finger moves the image
    this.usualCutoff = this.cutoffShare = Number(this.find(".cutoff").value);
    this.dirty = new Set();
    this.#listen();
    attachGestures(this.stage, this);
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(this.stage);
    this.stopListening = listenToOthers(this);
    acceptDrops(this.root);
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  /** Draw what Python sent, {image, overlay, outline, message, frame, frames, stack, file, group, address, focus, words, and what Measuring.show and Places.show take}; what did not change is not drawn again. */
  async show(data) {
    const { image, overlay, outline, message, frame, frames, stack, file, group, address, focus } = data;
    this.#say(data.words);
    this.measuring.show(data);
    this.places.show(data);
    if ((stack ?? null) !== (this.stack?.url ?? null)) {
      this.stack?.release(this);
      this.stack = stack ? Stack.shared(stack, frames, file, this) : null;
      this.wanted = null;
    }
    if (this.stack && this.wanted !== null && this.wanted !== frame) return; // the reader has scrolled on meanwhile
    this.wanted = null;
    if (focus > lastFocus) this.stage.focus({ preventScroll: true });
    lastFocus = Math.max(lastFocus, focus ?? 0);
    if (address && !this.address) this.setCutoff(addressedCutoff() ?? this.cutoffShare);
    this.address = address;
    this.#writeAddress();
    this.message = message ?? "";
    this.#showFrames(frame ?? 0, frames ?? 1);
    this.outline = outline;
    this.group = this.root.dataset.group = group ?? "";
    this.root.classList.toggle("grouped", Boolean(this.group));
    const before = JSON.stringify(this.overlayData ?? null);
    this.overlayData = overlay;
    if (JSON.stringify(overlay ?? null) !== before) {
      this.evidence = overlay && !overlay.withheld ? new Evidence(overlay) : null;
      if (overlay) this.#drawLegend();
      this.evidenceImage = null;
    }
    const url = this.stack ? `${this.stack.url}/${frame}` : (image?.url ?? null);
    if (url === this.url) return this.#refresh("overlay");
    this.image = null;
    this.root.dataset.image = "";
    await this.#load(url, () => (this.stack ? this.stack.frame(frame, this) : image && Image.fetch(image, () => this.#count("imageFetches"))), frame);
  }

  /** Draw the image that `fetched` promises, of a stack the one at `place`, unless another is wanted when it is there. */
  async #load(url, fetched, place) {
    this.url = url;
    this.table = null;
    this.#refresh("image", "overlay");
    if (!url) return;
    try {
      const loaded = await fetched();
      if (this.url === url || this.#isOnTheWay(url, place)) this.#open(loaded, url, place);
    } catch (error) {
      if (this.url === url) [this.message, this.url, this.image] = [error.message, null, null];
      this.#refresh("image", "overlay");
    }
  }

  /** Whether a frame that came late lies nearer to the one wanted than what is drawn: a long scroll shows those that it passes. */
  #isOnTheWay(url, place) {
    const isOfStack = this.stack && this.wanted !== null && url.startsWith(`${this.stack.url}/`);
    return Boolean(isOfStack && this.image && Math.abs(place - this.wanted) < Math.abs(this.drawnPlace - this.wanted));
  }

  /** Go so many frames on, at once; the page follows with its findings when the reader stays. */
  scroll(frames) {
    const before = this.place;
    this.goTo(before + frames);
    if (this.stack && this.place !== before) tellOthers(this, { scroll: this.place - before });
  }

  get place() {
    return this.wanted ?? this.frame ?? 0;
  }

  goTo(frame) {
    const wanted = clamp(frame, 0, (this.frames ?? 1) - 1);
    if (wanted === (this.wanted ?? this.frame)) return;
    clearTimeout(this.frameTimer);
    if (!this.stack) return this.chooseFrame(wanted);
    this.wanted = wanted;
    this.#numberFrame(wanted);
    this.message = "";
    this.outline = this.evidence = this.evidenceImage = this.overlayData = null; // they are of the frame that was left
    this.#load(`${this.stack.url}/${wanted}`, () => this.stack.frame(wanted, this), wanted);
    const choose = this.chooseFrame; // of this file: by then another may be shown
    this.frameTimer = setTimeout(() => choose(wanted), FRAME_REST_MS);
  }

  #open(image, url, place) {
    const sameFile = this.file === image.meta.file; // another frame: keep window and zoom
    this.image = image;
    if (image.meta.name !== this.measured) this.measuring.opened();
    this.measured = image.meta.name;
    [this.drawnUrl, this.drawnPlace] = [url, place];
    this.file = image.meta.file;
    this.presets = presets(image);
    this.#namePresets();
    if (sameFile) this.setWindow(this.window);
    else this.#start();
  }

  /** Write the sentences, where they are of another language than before. */
  #say(given) {
    if (JSON.stringify(given) === JSON.stringify(this.words)) return;
    words = this.words = given;
    fillWords(this.root, words);
    if (this.frames) this.#numberFrame(this.place);
    if (this.overlayData) this.#drawLegend();
    if (this.evidence) this.evidence.described = null;
    if (this.presets) this.#namePresets();
  }

  #namePresets() {
    const { windows } = words;
    const options = Object.keys(this.presets).map((name) => new Option(windows[name], name));
    const chosen = this.find(".preset").value;
    this.find(".preset").replaceChildren(...options, Object.assign(new Option(windows.Custom, ""), { hidden: true }));
    this.find(".preset").value = chosen;
  }

  /** The slider of frames, also for a frame that cannot be drawn: the others may be whole. */
  #showFrames(frame, frames) {
    if (this.frame === frame && this.frames === frames) return; // the reader may be dragging it
    [this.frame, this.frames] = [frame, frames];
    this.find(".frames").hidden = frames < 2;
    this.find(".frame").max = frames;
    this.#numberFrame(frame);
  }

  #numberFrame(frame) {
    this.find(".frame").value = frame + 1;
    this.#writeFrame(frame + 1);
  }

  #writeFrame(frame) {
    this.find(".frame-number").value = withValues(words.frame_number, { frame, frames: this.frames });
  }

  #start() {
    this.inverted = this.image.meta.inverted;
    this.matrix = UPRIGHT;
    this.find(".invert").setAttribute("aria-pressed", "false");
    this.#fit();
    this.setWindow(Object.values(this.presets)[0] ?? null);
  }

  // Where the image lies: x, y and scale are in the view, the stage as it would be if the image were upright

  get view() {
    const { clientWidth, clientHeight } = this.stage;
    return this.matrix[0] ? { width: clientWidth, height: clientHeight } : { width: clientHeight, height: clientWidth };
  }

  #toView(point) {
    const { width, height } = this.view;
    const { clientWidth, clientHeight } = this.stage;
    const from = applied(inverse(this.matrix), { x: point.x - clientWidth / 2, y: point.y - clientHeight / 2 });
    return { x: from.x + width / 2, y: from.y + height / 2 };
  }

  /** Column and row, with fractions, of a point of the stage. lies: x, y and scale of the image, if not its own. */
  imagePoint(point, lies = this) {
    const { x, y } = this.#toView(point);
    return { x: (x - lies.x) / lies.scale, y: (y - lies.y) / lies.scale / this.image.meta.pixel_aspect };
  }

  /** The point of the stage where a column and row lie. */
  stagePoint({ x, y }) {
    const { width, height } = this.view;
    const inView = { x: this.x + x * this.scale - width / 2, y: this.y + y * this.scale * this.image.meta.pixel_aspect - height / 2 };
    const from = applied(this.matrix, inView);
    return { x: from.x + this.stage.clientWidth / 2, y: from.y + this.stage.clientHeight / 2 };
  }

  rotate() {
    this.#turn(QUARTER_TURN);
  }

  flip() {
    this.#turn(MIRRORED);
  }

  #turn(matrix) {
    if (!this.image) return;
    const middle = this.imagePoint({ x: this.stage.clientWidth / 2, y: this.stage.clientHeight / 2 });
    const { scale, fitted } = this;
    this.matrix = combined(matrix, this.matrix);
    this.#fit(); // the zoom of a group is relative to what fits
    if (!fitted) {
      Object.assign(this, { scale, fitted });
      this.#centre(middle);
    }
    this.#refresh("image", "overlay");
    tellOthers(this);
  }

  #centre(middle) {
    this.x = this.view.width / 2 - middle.x * this.scale;
    this.y = this.view.height / 2 - middle.y * this.scale * this.image.meta.pixel_aspect;
  }

  /** The whole image on the stage. */
  fitImage() {
    if (!this.image) return;
    this.#fit();
    tellOthers(this);
  }

  /** One image pixel on each pixel of the screen. */
  fullSize() {
    if (this.image) this.zoom(1 / (window.devicePixelRatio || 1) / this.scale);
  }

  chooseTool(tool) {
    this.measuring.choose(tool);
  }

  measuresChanged() {
    this.#refresh("measures");
  }

  placesChanged() {
    this.#refresh("overlay");
  }

  // The reader's actions

  reset() {
    if (!this.image) return;
    this.#start();
    tellOthers(this);
  }

  setWindow(window) {
    this.window = window;
    const name = Object.entries(this.presets).find(([, offered]) => sameWindow(offered, window))?.[0] ?? "";
    this.find(".preset").value = name;
    this.table = null;
    this.#refresh("image");
  }

  /** Dragging right widens, down darkens; an image drawn by its VOI LUT starts from the file's window. */
  moveWindow(dx, dy) {
    if (!this.image || this.image.meta.channels === 3) return;
    const { center, width, function: shape } = this.window ?? this.image.meta.window;
    const narrowest = shape === "LINEAR" ? 2 : Math.abs(this.image.meta.slope);
    this.setWindow({
      center: center + (dy * width) / 400,
      width: Math.max(width * Math.exp(dx / 300), narrowest),
      function: shape,
    });
    tellOthers(this);
  }

  choosePreset(name) {
    this.setWindow(this.presets[name]);
    tellOthers(this);
  }

  toggleInvert() {
    if (!this.image) return;
    this.#setInverted(!this.inverted);
    tellOthers(this);
  }

  #setInverted(inverted) {
    this.inverted = inverted;
    this.find(".invert").setAttribute("aria-pressed", String(this.inverted !== this.image.meta.inverted));
    this.table = null;
    this.#refresh("image");
  }

  toggleOverlay() {
    this.overlayOn = !this.overlayOn;
    this.#refresh("overlay");
    tellOthers(this);
  }

  pan(dx, dy) {
    const { x, y } = applied(inverse(this.matrix), { x: dx, y: dy });
    this.x += x;
    this.y += y;
    this.fitted = false;
    this.#refresh("image", "overlay");
    tellOthers(this);
  }

  zoom(factor, at = { x: this.stage.clientWidth / 2, y: this.stage.clientHeight / 2 }) {
    if (!this.image) return;
    const about = this.#toView(at);
    const scale = clamp(this.scale * factor, this.fit / 2, 32);
    this.x = about.x - ((about.x - this.x) * scale) / this.scale;
    this.y = about.y - ((about.y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.fitted = false;
    this.#refresh("image", "overlay");
    tellOthers(this);
  }

  setOpacity(percent) {
    this.find(".opacity").value = percent;
    this.canvases.overlay.style.opacity = percent / 100;
  }

  setCutoff(share) {
    this.cutoffShare = share;
    this.find(".cutoff").value = share;
    this.evidenceImage = null;
    this.#refresh("overlay");
    this.#writeAddress();
  }

  /** Once the slider rests: browsers allow an address to change some hundred times a minute. */
  #writeAddress() {
    clearTimeout(this.addressTimer);
    if (this.address) this.addressTimer = setTimeout(() => writeAddress(this.address, this.cutoffShare, this.usualCutoff), 200);
  }

  /** The settings that a group shares: zoom relative to the fitted size, the stage's centre in fractions of the image. */
  settings() {
    const { rows, columns, pixel_aspect } = this.image.meta;
    const { width, height } = this.view;
    return {
      window: this.window,
      relativeWindow: this.#relativeWindow(),
      units: `${this.file} ${this.image.meta.modality}`,
      matrix: this.matrix,
      inverted: this.inverted,
      overlayOn: this.overlayOn,
      opacity: Number(this.find(".opacity").value),
      cutoffShare: this.cutoffShare,
      fitted: this.fitted,
      zoom: this.scale / this.fit,
      middle: {
        x: (width / 2 - this.x) / (columns * this.scale),
        y: (height / 2 - this.y) / (rows * pixel_aspect * this.scale),
      },
    };
  }

  /** The window in widths of the file's own, which also fits an image of another scale of values. */
  #relativeWindow() {
    const own = this.image.meta.window;
    return own && this.window && { center: (this.window.center - own.center) / own.width, width: this.window.width / own.width };
  }

  #followWindow({ window, relativeWindow, units }) {
    const { window: own, modality } = this.image.meta;
    const comparable = units === `${this.file} ${modality}` || (modality === "CT" && units.endsWith(" CT"));
    if (comparable) this.setWindow(window);
    else if (!relativeWindow) this.setWindow(Object.values(this.presets)[0] ?? null);
    else this.setWindow({ center: own.center + relativeWindow.center * own.width, width: relativeWindow.width * own.width, function: own.function });
  }

  follow({ window, relativeWindow, units, matrix, inverted, overlayOn, opacity, cutoffShare, fitted, zoom, middle }) {
    if (!this.image) return;
    const { rows, columns, channels } = this.image.meta;
    if (channels === 1) this.#followWindow({ window, relativeWindow, units });
    if (inverted !== this.inverted) this.#setInverted(inverted);
    this.overlayOn = overlayOn;
    this.setOpacity(opacity);
    if (cutoffShare !== this.cutoffShare) this.setCutoff(cutoffShare);
    this.matrix = matrix;
    this.#fit();
    this.fitted = fitted;
    this.scale = this.fit * zoom;
    this.#centre({ x: middle.x * columns, y: middle.y * rows });
    this.#refresh("image", "overlay");
  }

  /** Show the image's value and the evidence under a point of the stage. */
  pointAt(point) {
    let text = "\u00a0";
    if (point && this.image) {
      const { rows, columns, modality, channels } = this.image.meta;
      const { x, y } = this.imagePoint(point);
      const value = this.image.value(Math.floor(x), Math.floor(y));
      if (value !== null) {
        const shown = channels === 3 ? `rgb ${value.join(" ")}`
          : withValues(words.value, { value: `${+value.toFixed(2)}${modality === "CT" ? " HU" : ""}` });
        text = `x ${Math.floor(x)}  y ${Math.floor(y)}   ${shown}`;
        if (this.evidence) {
          const strength = this.evidence.strength(this.evidence.at(x / columns, y / rows));
          text += `   ${withValues(words.evidence, { strength })}`;
        }
      }
    }
    this.find(".under").value = text;
  }

  // Drawing

  #refresh(...layers) {
    for (const layer of layers) this.dirty.add(layer);
    this.pendingFrame ??= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.pendingFrame = null;
    const layers = this.dirty;
    this.dirty = new Set();
    if (layers.has("image")) this.#drawImage();
    if (layers.has("overlay")) this.#drawOverlay();
    if (layers.has("overlay")) this.#drawOutline();
    this.#drawMeasures(); // a few lines
    this.#updateControls();
  }

  #blank(canvas) {
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    const density = window.devicePixelRatio || 1;
    context.setTransform(density, 0, 0, density, 0, 0);
    return context;
  }

  /** A blank context in which the image is upright. */
  #upright(canvas) {
    const context = this.#blank(canvas);
    const { width, height } = this.view;
    context.translate(this.stage.clientWidth / 2, this.stage.clientHeight / 2);
    context.transform(...this.matrix, 0, 0);
    context.translate(-width / 2, -height / 2);
    return context;
  }

  #drawMeasures() {
    const context = this.#blank(this.canvases.measures);
    if (this.image && this.scale > 0) this.measuring.draw(context);
  }

  #drawImage() {
    const context = this.#upright(this.canvases.image);
    if (!this.image || !(this.scale > 0)) return;
    const { rows, columns, channels, pixel_aspect: aspect } = this.image.meta;
    this.table ??= displayTable(this.image.meta, this.window, this.inverted);
    // The level whose pixels are nearest in size to the screen's: the cost follows the screen, not the image.
    const level = Math.max(0, Math.round(-Math.log2(this.scale * (window.devicePixelRatio || 1))));
    const size = 2 ** level;
    const source = this.image.level(level);
    const cell = this.scale * size;
    const x0 = clamp(Math.floor(-this.x / cell), 0, source.columns - 1);
    const y0 = clamp(Math.floor(-this.y / cell / aspect), 0, source.rows - 1);
    const x1 = clamp(Math.ceil((this.view.width - this.x) / cell), x0 + 1, source.columns);
    const y1 = clamp(Math.ceil((this.view.height - this.y) / cell / aspect), y0 + 1, source.rows);
    this.scratch.width = x1 - x0;
    this.scratch.height = y1 - y0;
    this.scratch.getContext("2d").putImageData(toImage(source, channels, this.table, x0, y0, x1, y1), 0, 0);
    // The last cell of a level may reach beyond the image; draw the image's part of it.
    const width = Math.min(x1, columns / size) - x0;
    const height = Math.min(y1, rows / size) - y0;
    context.imageSmoothingEnabled = this.scale < 4;
    context.imageSmoothingQuality = "medium";
    context.drawImage(this.scratch, 0, 0, width, height,
      this.x + x0 * cell, this.y + y0 * cell * aspect, width * cell, height * cell * aspect);
    this.root.dataset.image = this.drawnUrl;
    this.#count("imageDraws");
  }

  #drawOverlay() {
    const context = this.#upright(this.canvases.overlay);
    const visible = this.image && this.evidence && this.overlayOn;
    if (visible) {
      if (!this.evidenceImage) {
        this.evidenceImage = document.createElement("canvas");
        this.evidenceImage.width = this.evidenceImage.height = OVERLAY_SIZE;
        this.evidenceImage.getContext("2d").putImageData(this.evidence.image(this.cutoff), 0, 0);
      }
      const { rows, columns, pixel_aspect } = this.image.meta;
      context.drawImage(this.evidenceImage, this.x, this.y, columns * this.scale, rows * this.scale * pixel_aspect);
    }
    this.canvases.overlay.style.opacity = this.find(".opacity").value / 100;
    this.#count("overlayDraws");
  }

  /** The borders of the places, and of the cells in outline (rows of booleans over the image), dark under light: seen on any grey. */
  #drawOutline() {
    const context = this.#upright(this.canvases.outline);
    if (!this.image || !(this.outline || this.places.given)) return;
    const { rows, columns, pixel_aspect } = this.image.meta;
    const path = new Path2D();
    this.places.trace(path, (x, y) => ({ x: this.x + x * this.scale, y: this.y + y * this.scale * pixel_aspect }));
    const cells = this.outline ?? [[false]];
    const width = (columns * this.scale) / cells[0].length;
    const height = (rows * this.scale * pixel_aspect) / cells.length;
    const line = (x0, y0, x1, y1) => {
      path.moveTo(this.x + x0 * width, this.y + y0 * height);
      path.lineTo(this.x + x1 * width, this.y + y1 * height);
    };
    cells.forEach((row, y) => row.forEach((inside, x) => {
      if (!inside) return;
      if (!cells[y - 1]?.[x]) line(x, y, x + 1, y);
      if (!cells[y + 1]?.[x]) line(x, y + 1, x + 1, y + 1);
      if (!row[x - 1]) line(x, y, x, y + 1);
      if (!row[x + 1]) line(x + 1, y, x + 1, y + 1);
    }));
    for (const [colour, thick] of [["#000", 4], ["#f0e442", 2]]) {
      Object.assign(context, { strokeStyle: colour, lineWidth: thick, lineCap: "square" });
      context.stroke(path);
    }
  }

  #updateControls() {
    const shown = Boolean(this.image && this.evidence);
    const sentence = this.message || (shown && this.overlayOn ? this.evidence.sentence(this.cutoff) : "");
    this.find(".message").textContent = sentence || (this.url && (!this.image || this.drawnUrl !== this.url) ? words.loading : "");
    this.find(".message").hidden = !this.find(".message").textContent;
    this.find(".legend").hidden = !(this.image && this.overlayData) || (shown && !this.overlayOn);
    for (const control of [".toggle", ".opacity", ".cutoff"]) this.find(control).disabled = !shown;
    this.find(".mark-text").hidden = !this.places.given;
    this.find(".mark-text").disabled = !this.image;
    this.find(".mark-text").setAttribute("aria-pressed", String(this.places.on));
    this.find(".preset").disabled = this.image?.meta.channels !== 1;
    for (const control of [".invert", ".in", ".out", ".reset", ".rotate", ".flip", ".fit", ".full-size"]) this.find(control).disabled = !this.image;
    for (const button of this.root.querySelectorAll("[data-tool]")) {
      button.disabled = !this.image;
      button.setAttribute("aria-pressed", String(button.dataset.tool === this.measuring.tool));
    }
    const measured = this.image ? this.measuring.text() : "";
    this.find(".measure-text").value = measured;
    this.find(".measure-text").title = measured;
    this.find(".remove-measure").disabled = !measured;
    this.measuring.list(this.find(".chosen-measure"));
    this.find(".remove-chosen").disabled = this.measuring.chosen < 0;
    this.find(".remove-all").disabled = !measured;
    this.stage.classList.toggle("measuring", Boolean(this.measuring.tool));
    this.find(".toggle").setAttribute("aria-pressed", String(shown && this.overlayOn));
    if (shown) {
      markCutoff(this.find(".legend"), this.evidence, this.cutoffShare);
      this.find(".cutoff").setAttribute("aria-valuetext", withValues(words.below, { strength: this.evidence.strength(this.cutoff) }));
    }
    this.find(".shown").value = this.image ? this.#settings() : "";
    const name = this.image ? this.image.meta.description : words.no_image;
    this.stage.setAttribute("aria-label", name);
    this.canvases.image.setAttribute("aria-label", name);
    const map = shown && this.overlayOn && !this.message ? this.evidence.description(this.cutoff, this.matrix) : "";
    if (this.find(".described").textContent !== map) this.find(".described").textContent = map;
    if (!this.find(".legend").hidden && !this.legendPlaced) this.#placeLegend();
  }

  #drawLegend() {
    drawLegend(this.find(".legend"), this.overlayData);
    this.legendPlaced = false; // its size may be another
  }

  /** By the whole image, so that the legend stays while the reader zooms in, and by the frame that was opened first. */
  #placeLegend() {
    this.legendPlaced = true;
    const legend = this.find(".legend");
    const { clientWidth, clientHeight } = this.stage;
    const what = [this.file, this.matrix, clientWidth, clientHeight, legend.offsetWidth, legend.offsetHeight].join();
    const lies = this.#whole();
    if (what === this.legendOf || !(lies.scale > 0)) return;
    this.legendOf = what;
    const level = Math.max(0, Math.round(-Math.log2(lies.scale * (window.devicePixelRatio || 1))));
    placeLegend(legend, this.stage, ({ left, top, right, bottom }) =>
      this.image.detail(this.imagePoint({ x: left, y: top }, lies), this.imagePoint({ x: right, y: bottom }, lies), level));
  }

  #settings() {
    const grey = this.image.meta.channels === 1;
    const { center, width } = this.window ?? {};
    const shown = () => withValues(words.window_shown, { width: +width.toPrecision(4), center: +center.toPrecision(4) });
    const window = !grey ? words.colour : this.window ? shown() : "VOI LUT";
    const zoom = (100 * this.scale).toFixed(0);
    return `${window}   ${withValues(words.zoom_shown, { share: zoom })}`;
  }

  get cutoff() {
    return this.cutoffShare * (this.evidence?.scale ?? 1);
  }

  #count(what) {
    this.root.dataset[what] = Number(this.root.dataset[what] ?? 0) + 1;
  }

  // Events and layout

  #listen() {
    const on = (selector, event, act) => this.find(selector).addEventListener(event, act);
    on(".preset", "change", (event) => this.choosePreset(event.target.value));
    on(".invert", "click", () => this.toggleInvert());
    on(".drag", "click", (event) => {
      this.touchWindows = !this.touchWindows;
      event.target.setAttribute("aria-pressed", String(this.touchWindows));
    });
    on(".in", "click", () => this.zoom(1.25));
    on(".out", "click", () => this.zoom(0.8));
    on(".reset", "click", () => this.reset());
    on(".rotate", "click", () => this.rotate());
    on(".flip", "click", () => this.flip());
    on(".fit", "click", () => this.fitImage());
    on(".full-size", "click", () => this.fullSize());
    for (const button of this.root.querySelectorAll("[data-tool]")) {
      button.addEventListener("click", () => this.chooseTool(button.dataset.tool));
    }
    on(".mark-text", "click", () => this.places.toggle());
    on(".remove-measure", "click", () => this.measuring.removeLast());
    on(".chosen-measure", "change", (event) => this.measuring.pick(Number(event.target.value)));
    on(".remove-chosen", "click", () => this.measuring.removeChosen());
    on(".remove-all", "click", () => this.measuring.removeAll());
    on(".show-tools", "click", () => this.#showTools(this.find(".tools").hidden));
    on(".toggle", "click", () => this.toggleOverlay());
    on(".opacity", "input", (event) => {
      this.setOpacity(Number(event.target.value));
      tellOthers(this);
    });
    on(".cutoff", "input", (event) => {
      this.setCutoff(Number(event.target.value));
      tellOthers(this);
    });
    on(".frame", "input", (event) => {
      this.#writeFrame(event.target.value);
      if (this.stack) this.goTo(Number(event.target.value) - 1);
    });
    on(".frame", "change", (event) => this.goTo(Number(event.target.value) - 1));
  }

  #showTools(shown) {
    this.find(".tools").hidden = !shown;
    this.root.classList.toggle("with-tools", shown);
    this.find(".show-tools").setAttribute("aria-expanded", String(shown));
  }

  #resize() {
    const density = window.devicePixelRatio || 1;
    for (const canvas of Object.values(this.canvases)) {
      canvas.width = Math.round(this.stage.clientWidth * density);
      canvas.height = Math.round(this.stage.clientHeight * density);
    }
    this.stage.style.setProperty("--drawn", `${this.stage.clientWidth} / ${this.stage.clientHeight}`); // for printing
    if (this.fitted) this.#fit();
    this.#refresh("image", "overlay");
  }

  #fit() {
    if (!this.image) return;
    this.fitted = true;
    Object.assign(this, this.#whole());
    this.fit = this.scale;
    this.legendPlaced = false;
    this.#refresh("image", "overlay");
  }

  /** Where the whole image lies on the stage, as large as it can be: x, y and scale. */
  #whole() {
    const { rows, columns, pixel_aspect } = this.image.meta;
    const { width, height } = this.view;
    const scale = Math.min(width / columns, height / (rows * pixel_aspect));
    return { x: (width - columns * scale) / 2, y: (height - rows * pixel_aspect * scale) / 2, scale };
  }

  dispose() {
    clearTimeout(this.addressTimer);
    clearTimeout(this.frameTimer);
    this.stopListening();
    this.stack?.release(this);
    this.observer.disconnect();
    cancelAnimationFrame(this.pendingFrame);
  }
}

const viewers = new WeakMap();

export default newestOnly(function ({ parentElement, data, setStateValue }) {
  const ask = asker(parentElement, data.heard, setStateValue);
  if (!viewers.has(parentElement)) viewers.set(parentElement, new Viewer(parentElement.querySelector(".viewer")));
  const viewer = viewers.get(parentElement);
  viewer.chooseFrame = (frame) => ask("frame", { frame, file: data.file, stack: data.stack ?? "" });
  viewer.keep = setStateValue; // it goes along with whatever is sent next
  viewer.show(data);
  return () => {
    if (parentElement.isConnected) return; // Streamlit cleans up after each run that newer data overtook: the viewer stays
    viewer.dispose();
    viewers.delete(parentElement);
  };
});
