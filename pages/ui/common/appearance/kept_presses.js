// What is below an answer moves when the answer comes. A press on a button that moves away before it is let go is still
// one on that button; a pointer that itself moves away takes the press back, as ever.

const BUTTONS = "button, summary";
const FAR = 10; // pixels
let keepsPresses = false; // once for a page: this is called in every run

function keepPress(event) {
  if (event.button !== 0 || !event.isTrusted) return; // a script has no pointer to hold
  const button = event.composedPath().find((node) => node.matches?.(BUTTONS));
  if (!button) return;
  const { pointerId, clientX, clientY } = event;
  const letGo = (now) => {
    if (now.type === "pointermove" && Math.hypot(now.clientX - clientX, now.clientY - clientY) < FAR) return;
    if (button.hasPointerCapture(pointerId) && now.type === "pointermove") button.releasePointerCapture(pointerId);
    for (const type of ["pointermove", "lostpointercapture"]) button.removeEventListener(type, letGo);
  };
  button.setPointerCapture(pointerId);
  for (const type of ["pointermove", "lostpointercapture"]) button.addEventListener(type, letGo);
}

function keepPresses() {
  if (keepsPresses) return;
  keepsPresses = true;
  document.addEventListener("pointerdown", keepPress);
}
