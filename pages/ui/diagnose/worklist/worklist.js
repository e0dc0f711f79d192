// The session's images: click to open or remove one. One tab stop; arrow keys move inside, Delete removes.
// N and P open the next and the previous image wherever the focus is in the list, the findings or the viewer.

const MARKS = {
  finding: "●", absence: "○", below: "○", unlike: "!", caution: "!", refused: "×", waiting: "…", trouble: "!",
};
const READING_PLACES = ".worklist, .findings, .viewer";

function element(name, className, text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text });
}

function row({ id, name, facts, patient, study, state, status, current, thumbnail, library }, words, tabStop) {
  const item = element("li", current ? "current" : "");
  if (patient) item.append(element("p", "patient", patient));
  if (study) item.append(element("p", "study", study));
  Object.assign(item.dataset, { id, state });
  const open = element("button", "open");
  Object.assign(open, { type: "button", title: [name, facts, status].filter(Boolean).join("\n"), tabIndex: tabStop ? 0 : -1 });
  if (current) open.setAttribute("aria-current", "true");
  const text = element("span", "text");
  const summary = element("span", "status", status);
  summary.dataset.mark = MARKS[state];
  if (library) summary.append(element("span", "origin", ` · ${words.library}`));
  text.append(element("span", "name", name));
  if (facts) text.append(element("span", "facts", facts));
  text.append(summary);
  const picture = element(thumbnail ? "img" : "span", "thumbnail");
  if (thumbnail) Object.assign(picture, { src: thumbnail, alt: "" });
  open.append(picture, text);
  const remove = element("button", "remove", "×");
  Object.assign(remove, { type: "button", title: words.remove_tip, tabIndex: -1 });
  remove.setAttribute("aria-label", withValues(words.remove, { name }));
  const line = element("div", "line");
  line.append(open, remove);
  item.append(line);
  return item;
}

function fill(select, options, chosen) {
  const shown = JSON.stringify([options, chosen]);
  if (select.dataset.shown === shown) return; // an open list of options stays open
  select.dataset.shown = shown;
  select.replaceChildren(...Object.entries(options).map(([key, title]) => new Option(title, key, false, key === chosen)));
}

/** Return the element that has the focus, inside shadow roots too. */
function focusedIn(root) {
  return root.getRootNode().activeElement ?? document.activeElement;
}

const keys = new WeakMap();

export default newestOnly(function ({ parentElement, data, setStateValue }) {
  const ask = asker(parentElement, data.heard, setStateValue);
  const find = (selector) => parentElement.querySelector(selector);
  fillWords(parentElement, data.words);
  const rows = find(".rows");
  const focused = rows.contains(focusedIn(rows)) ? focusedIn(rows).closest("li")?.dataset.id : null;
  const top = rows.scrollTop;
  const known = (id) => data.rows.some((entry) => entry.id === id);
  const tabStop = known(focused) ? focused : (data.rows.find((entry) => entry.current) ?? data.rows[0])?.id;
  renewChildren(rows, data.rows.map((entry) => row(entry, data.words, entry.id === tabStop)));
  rows.scrollTop = top;
  if (focused) rows.querySelector(`[data-id="${tabStop}"] .open`)?.focus({ preventScroll: true });
  find(".count").textContent = data.count;
  find(".progress").textContent = data.progress;
  find(".empty").textContent = data.empty;
  find(".view").hidden = data.rows.length < 2 && !data.filter && !data.statesPatient;
  find(".patient-data").hidden = !data.statesPatient;
  find(".patient-data").setAttribute("aria-pressed", String(!data.hidesPatient));
  fill(find(".order"), data.orders, data.order);
  fill(find(".filter"), data.filters, data.filter);

  const view = (hidesPatient = data.hidesPatient) =>
    ask("view", { order: find(".order").value, filter: find(".filter").value, hidesPatient });
  find(".order").onchange = () => view();
  find(".filter").onchange = () => view();
  find(".patient-data").onclick = () => view(!data.hidesPatient);
  rows.onclick = (event) => {
    const id = event.target.closest("li")?.dataset.id;
    if (id) ask(event.target.closest(".remove") ? "remove" : "open", id);
  };
  rows.onkeydown = (event) => {
    const item = event.target.closest("li");
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = {
      ArrowDown: item.nextElementSibling, ArrowUp: item.previousElementSibling,
      Home: rows.firstElementChild, End: rows.lastElementChild,
    }[event.key];
    if (event.key === "Delete") ask("remove", item.dataset.id);
    else if (to) focusRow(to);
    else return;
    event.preventDefault();
  };

  const focusRow = (item) => {
    for (const open of rows.querySelectorAll(".open")) open.tabIndex = -1;
    const open = item.querySelector(".open");
    open.tabIndex = 0;
    open.focus();
  };
  const onKey = (event) => {
    const step = { n: 1, p: -1 }[event.key.toLowerCase()];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    const path = event.composedPath();
    if (path[0].matches?.("input, select, textarea") || !path.some((node) => node.matches?.(READING_PLACES))) return;
    const at = data.rows.findIndex((entry) => entry.current);
    const next = data.rows[at < 0 ? 0 : at + step];
    if (!next) return;
    event.preventDefault();
    if (path.includes(rows)) focusRow(rows.querySelector(`[data-id="${next.id}"]`));
    ask("open", next.id);
  };
  document.removeEventListener("keydown", keys.get(parentElement));
  document.addEventListener("keydown", onKey);
  keys.set(parentElement, onKey);
  return () => {
    if (parentElement.isConnected) return; // Streamlit cleans up after each run that newer data overtook: the list stays
    document.removeEventListener("keydown", keys.get(parentElement));
  };
});
