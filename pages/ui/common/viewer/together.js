// Viewers of one group share their settings, in the browser: an action on one is repeated by the others.

const TOGETHER = "meddx-viewers";

/** Follow the other viewers of `viewer.group`; returns a function that stops it. */
function listenToOthers(viewer) {
  const hear = ({ detail }) => {
    if (!viewer.group || detail.from === viewer || detail.group !== viewer.group) return;
    if (detail.scroll) viewer.goTo(viewer.place + detail.scroll);
    else viewer.follow(detail.settings);
  };
  document.addEventListener(TOGETHER, hear);
  return () => document.removeEventListener(TOGETHER, hear);
}

/** Tell the other viewers of the group the present settings, or how many frames this one has gone on. */
function tellOthers(viewer, action = null) {
  if (!viewer.group || !viewer.image) return;
  const detail = { from: viewer, group: viewer.group, ...(action ?? { settings: viewer.settings() }) };
  document.dispatchEvent(new CustomEvent(TOGETHER, { detail }));
}
