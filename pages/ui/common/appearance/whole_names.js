// Streamlit cuts long names off in its lists, which have one line for each: the pointer then brings the whole name.

const NAMES = '[data-testid="stSelectbox"] input, [role="option"]';
let tellsWholeNames = false; // once for a page: this is called in every run

const isCut = (part) => part.scrollWidth > part.clientWidth;

function tellWholeName(event) {
  const place = event.target.closest?.(NAMES) ?? event.target.closest?.('[data-testid="stSelectbox"]')?.querySelector("input");
  if (!place) return;
  const cut = [place, ...place.querySelectorAll("*")].some(isCut);
  place.title = cut ? (place.value ?? place.textContent) : "";
}

function tellWholeNames() {
  if (tellsWholeNames) return;
  tellsWholeNames = true;
  document.addEventListener("pointerover", tellWholeName);
}
