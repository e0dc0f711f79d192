// One card of the tour at a time. Whether it was closed is remembered in the browser, and nowhere else.

const CLOSED = "meddx-tour-closed";

/** localStorage, where the reader allows it; without it the tour is there again in the next tab. */
function remembered() {
  try { return localStorage.getItem(CLOSED) !== null; } catch { return false; }
}

function remember() {
  try { localStorage.setItem(CLOSED, "1"); } catch { /* not allowed */ }
}

/** Whether the page was opened by a link to something, or by a program: neither wants a tour. */
function isAskedForSomething() {
  const [opened] = performance.getEntriesByType("navigation"); // the page has written its model into the address since
  return navigator.webdriver || new URL(opened.name).search !== "";
}

export default newestOnly(function ({ parentElement, data: { cards, words } }) {
  const find = (selector) => parentElement.querySelector(selector);
  const [card, again] = [find(".card"), find(".again")];
  let at = Number(card.dataset.at ?? 0);

  const show = (number) => {
    card.dataset.at = at = number;
    find(".count").textContent = withValues(words.count, { card: at + 1, cards: cards.length });
    find("h2").textContent = cards[at].title;
    find(".text").textContent = cards[at].text;
    find(".back").disabled = at === 0;
    find(".next").textContent = at === cards.length - 1 ? words.done : words.next;
  };
  const turn = (open) => {
    card.hidden = !open;
    again.hidden = open;
    if (open) show(0);
  };
  const close = () => {
    remember();
    turn(false);
    find(".open").focus();
  };
  find(".next").onclick = () => (at === cards.length - 1 ? close() : show(at + 1));
  find(".back").onclick = () => show(at - 1);
  find(".close").onclick = close;
  find(".open").onclick = () => { turn(true); find(".next").focus(); };
  card.onkeydown = (event) => { if (event.key === "Escape") close(); };
  fillWords(parentElement, words);
  if (!card.hidden) show(at); // perhaps in another language now
  if (card.hidden && again.hidden) turn(!remembered() && !isAskedForSomething());
});
