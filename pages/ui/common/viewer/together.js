// Viewers of one group share their settings, in the browser: an action on one is repeated by the others.

const TOGETHER = "meddx-viewers";

/** Follow the other viewers of `viewer.group`; returns a function that stops it. */
function listenToOthers(viewer) {
  const hear = ({ detail }) => {
    if (viewer.group && detail.from !== viewer && detail.group === viewer.group) viewer.follow(detail.settings);
  };
  document.addEventListener(TOGETHER, hear);
  return () => document.removeEventListener(TOGETHER, hear);
}

function tellOthers(viewer) {
  if (!viewer.group || !viewer.image) return;
  const detail = { from: viewer, group: viewer.group, settings: viewer.settings() };
  document.dispatchEvent(new CustomEvent(TOGETHER, { detail }));
}
