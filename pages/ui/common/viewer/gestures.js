// Mouse, touch and keyboard on the stage, translated into the viewer's window, pan, zoom and commands.

function attachGestures(stage, viewer) {
  const pointers = new Map();
  let mode = null;
  let space = false;
  const notches = new Notches();
  const drawing = (mode) => ({ measure: viewer.measuring, mark: viewer.places })[mode];

  const point = (event) => {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  stage.addEventListener("pointerdown", (event) => {
    stage.focus({ preventScroll: true });
    stage.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, point(event));
    const measures = viewer.measuring.tool && viewer.image;
    const marks = viewer.places.active && !measures;
    const moves = event.pointerType === "touch" && !viewer.touchWindows && !measures && !marks;
    const pans = event.button !== 0 || event.shiftKey || space || moves;
    if (pointers.size === 2 && drawing(mode)) drawing(mode).end();
    mode = pointers.size === 2 ? "pinch" : pans ? "pan" : measures ? "measure" : marks ? "mark" : "window";
    drawing(mode)?.begin(point(event));
    stage.classList.toggle("panning", mode === "pan");
    event.preventDefault();
  });

  stage.addEventListener("pointermove", (event) => {
    const now = point(event);
    viewer.pointAt(now);
    const before = pointers.get(event.pointerId);
    if (!before) return;
    drawing(mode)?.move(now);
    if (mode === "window") viewer.moveWindow(now.x - before.x, now.y - before.y);
    if (mode === "pan") viewer.pan(now.x - before.x, now.y - before.y);
    if (mode === "pinch" && pointers.size === 2) {
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const gap = (at) => Math.hypot(at.x - other.x, at.y - other.y);
      viewer.zoom(gap(now) / Math.max(gap(before), 1), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
      viewer.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    }
    pointers.set(event.pointerId, now);
  });

  const release = (event) => {
    pointers.delete(event.pointerId);
    drawing(mode)?.end();
    mode = pointers.size ? "pan" : null; // the finger that stays after a pinch moves the image
    stage.classList.remove("panning");
  };
  stage.addEventListener("pointerup", release);
  stage.addEventListener("pointercancel", release);
  stage.addEventListener("pointerleave", () => viewer.pointAt(null));
  stage.addEventListener("dblclick", () => { if (!viewer.measuring.tool) viewer.fitImage(); });
  stage.addEventListener("contextmenu", (event) => event.preventDefault());
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : 1);
    if (viewer.stack && !event.ctrlKey) viewer.scroll(notches.add(pixels));
    else viewer.zoom(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.0015)), point(event));
  }, { passive: false });

  const keys = {
    i: () => viewer.toggleInvert(),
    o: () => viewer.toggleOverlay(),
    r: () => viewer.reset(),
    t: () => viewer.rotate(),
    h: () => viewer.flip(),
    f: () => viewer.fitImage(),
    1: () => viewer.fullSize(),
    "+": () => viewer.zoom(1.25),
    "=": () => viewer.zoom(1.25),
    "-": () => viewer.zoom(0.8),
    pageup: () => viewer.scroll(-1),
    pagedown: () => viewer.scroll(1),
    home: () => viewer.goTo(0),
    end: () => viewer.goTo(Infinity),
    " ": () => { space = true; },
  };
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (viewer.measuring.key(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const arrow = arrows[event.key];
    const command = arrow
      ? () => (event.shiftKey ? viewer.pan(-40 * arrow[0], -40 * arrow[1]) : viewer.moveWindow(12 * arrow[0], 12 * arrow[1]))
      : keys[event.key.toLowerCase()];
    if (!command) return;
    command();
    event.preventDefault();
    event.stopPropagation();
  });
  stage.addEventListener("keyup", (event) => { if (event.key === " ") space = false; });
  stage.addEventListener("blur", () => { space = false; });
}
