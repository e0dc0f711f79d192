// The session's images: click to open or remove one; arrow keys move between them.

function element(name, className, text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text });
}

const MARKS = { finding: "●", absence: "○", below: "○", refused: "×", waiting: "…", trouble: "!" };

function row({ id, name, state, status, current }) {
  const item = element("li", current ? "current" : "");
  Object.assign(item.dataset, { id, state });
  const open = element("button", "open");
  open.type = "button";
  open.title = `${name}\n${status}`;
  if (current) open.setAttribute("aria-current", "true");
  const summary = element("span", "status", status);
  summary.dataset.mark = MARKS[state];
  open.append(element("span", "name", name), summary);
  const remove = element("button", "remove", "×");
  remove.type = "button";
  remove.title = "Remove from this session";
  remove.setAttribute("aria-label", `Remove ${name}`);
  item.append(open, remove);
  return item;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const find = (selector) => parentElement.querySelector(selector);
  const rows = find(".rows");
  const focused = rows.contains(parentElement.activeElement ?? document.activeElement)
    ? (parentElement.activeElement ?? document.activeElement).closest("li")?.dataset.id : null;
  const top = rows.scrollTop;
  rows.replaceChildren(...data.rows.map(row));
  rows.scrollTop = top;
  if (focused) rows.querySelector(`[data-id="${focused}"] .open`)?.focus({ preventScroll: true });
  find(".count").textContent = data.count;
  find(".progress").textContent = data.progress;
  rows.onclick = (event) => {
    const id = event.target.closest("li")?.dataset.id;
    if (!id) return;
    setTriggerValue(event.target.closest(".remove") ? "remove" : "open", id);
  };
  rows.onkeydown = (event) => {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    const next = step && event.target.closest("li")?.[step];
    if (!next) return;
    next.querySelector(".open").focus();
    event.preventDefault();
  };
}
