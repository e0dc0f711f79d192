// Elements stay while their content changes: a press that began on one ends on it, and the focus stays.

/** Give an element the attributes and the content of another. */
function renew(element, fresh) {
  for (const { name } of [...element.attributes]) if (!fresh.hasAttribute(name)) element.removeAttribute(name);
  for (const { name, value } of fresh.attributes) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  renewChildren(element, [...fresh.childNodes]);
}

/** Give an element new children; those that were there stay where they are the same ones, by identity or by class. */
function renewChildren(parent, fresh) {
  const left = [...parent.childNodes];
  let next = parent.firstChild;
  for (const node of fresh) {
    const found = left.findIndex((one) => sameOne(one, node));
    const [kept] = found < 0 ? [node] : left.splice(found, 1);
    if (kept === node) parent.insertBefore(node, next);
    else if (kept !== next) parent.insertBefore(kept, next);
    else next = next.nextSibling;
    if (kept === node) continue;
    if (kept.nodeType === Node.ELEMENT_NODE) renew(kept, node);
    else if (kept.data !== node.data) kept.data = node.data;
  }
  for (const node of left) node.remove();
}

function sameOne(one, other) {
  if (one.nodeName !== other.nodeName) return false;
  if (one.nodeType !== Node.ELEMENT_NODE) return true;
  const identity = ({ dataset, classList }) => dataset.id ?? dataset.label ?? classList[0];
  return identity(one) === identity(other);
}
