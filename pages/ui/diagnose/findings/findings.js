// The model's findings, a bar for each label; a radio group chooses the label whose heat map the image shows.

function element(name, className, text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text });
}

// Percentages come as text, so that they are written as everywhere else.
function row({ label, title, probability, threshold, probability_text, state, status, opinion, spoken }, chosen) {
  const item = element("div", "row");
  item.setAttribute("role", "radio");
  item.setAttribute("aria-checked", String(chosen));
  item.setAttribute("aria-label", paragraph(spoken, opinion));
  item.tabIndex = chosen ? 0 : -1;
  Object.assign(item.dataset, { label, state, probability });
  const line = element("div", "line");
  line.append(element("span", "title", title), element("span", "number", probability_text));
  const track = element("div", "track");
  const [bar, tick] = [element("i", "bar"), element("i", "tick")];
  bar.style.width = `${100 * probability}%`;
  track.append(bar);
  if (threshold !== null) {
    tick.style.left = `${100 * threshold}%`;
    track.append(tick);
  }
  const text = element("p", "status", status);
  if (opinion) text.append(element("span", "opinion", opinion));
  item.append(line, text, track);
  return item;
}

/** Put a word's meaning behind it: shown while it is pointed at or has the focus. */
function explain(place, question, meaning) {
  const term = element("button", "term", "?");
  term.type = "button";
  term.setAttribute("aria-label", paragraph(question, meaning));
  term.append(element("span", "tip", meaning));
  const before = place.querySelector(".term");
  if (before) renew(before, term);
  else place.append(term);
}

let announced = ""; // the question whose answer was read out, also by a panel that is gone

/** Read the findings out once, when they come; a region that is filled as it appears would not be read. */
function announce(region, { question, rows, words }) {
  if (question === announced) return;
  announced = question;
  setTimeout(() => { region.textContent = paragraph(words.answered, ...rows.map(({ spoken }) => spoken)); }, 100);
}

function choose(rows, item, question, setStateValue) {
  for (const other of rows.children) {
    other.setAttribute("aria-checked", String(other === item));
    other.tabIndex = other === item ? 0 : -1;
  }
  setStateValue("choice", { question, label: item.dataset.label });
}

export default newestOnly(function ({ parentElement, data, setStateValue }) {
  const find = (selector) => parentElement.querySelector(selector);
  fillWords(parentElement, data.words);
  const rows = find(".rows");
  const focused = rows.contains(parentElement.activeElement ?? document.activeElement);
  renewChildren(rows, data.rows.map((entry) => row(entry, entry.label === data.chosen)));
  if (focused) rows.querySelector('[aria-checked="true"]')?.focus();
  rows.onclick = (event) => {
    const item = event.target.closest(".row");
    if (item && item.getAttribute("aria-checked") !== "true") choose(rows, item, data.question, setStateValue);
  };
  rows.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const items = [...rows.children];
    const at = items.findIndex((item) => item.getAttribute("aria-checked") === "true");
    const next = items[(at + step + items.length) % items.length];
    next.focus();
    choose(rows, next, data.question, setStateValue);
    event.preventDefault();
  };
  announce(find(".announced"), data);
  find(".findings").dataset.unlikeTraining = data.unlike_training;
  writeText(find(".scale"), data.scale);
  find(".key").hidden = data.rows.every((entry) => entry.threshold === null);
  writeText(find(".similarity-title"), data.similarity_title);
  find(".similarity").textContent = data.similarity;
  for (const [name, meaning] of Object.entries(data.meanings)) explain(find(`.${name}`), data.words.what, meaning);
  find(".meaning").textContent = data.meaning;
  find(".set").textContent = data.prediction_set;
  find(".notes-title").hidden = !data.notes.length;
  find(".notes").replaceChildren(...data.notes.map((note) => element("li", "", note)));
});
