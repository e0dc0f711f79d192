// The reader's theme, kept in the browser where Streamlit looks for it; a reload draws it, and the session's films stay.

/** Streamlit's own name for the theme of an address (its theme utilities, version 2 of the cache). */
const kept = (path) => `stActiveTheme-${path}-v2`;

let followed = null; // Streamlit's app, as long as the page is not loaded anew

/** Dialogs and tips lie outside of Streamlit's app, whose theme they shall have too. */
function followTheme() {
  const app = document.querySelector('[data-testid="stApp"]');
  if (app === followed) return;
  followed = app;
  const follow = () => { document.documentElement.style.colorScheme = getComputedStyle(app).colorScheme; };
  new MutationObserver(follow).observe(app, { attributes: true, attributeFilter: ["class"] });
  follow();
}

export default newestOnly(function ({ parentElement, data: { paths, title, names } }) {
  parentElement.querySelector("span").textContent = title;
  const list = parentElement.querySelector("select");
  list.replaceChildren(...Object.entries(names).map(([value, name]) => new Option(name, value)));
  try { list.value = JSON.parse(localStorage.getItem(kept(location.pathname))) ?? "System"; } catch { list.disabled = true; }
  list.onchange = () => {
    for (const path of [...paths, location.pathname]) localStorage.setItem(kept(path), JSON.stringify(list.value));
    location.reload();
  };
  followTheme();
  tellWholeNames();
  keepPresses();
});
