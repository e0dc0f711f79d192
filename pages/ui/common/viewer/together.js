// Viewers of one group follow each other in the browser: what a reader does to one, the others do too.

const TOGETHER = "meddx-viewers";

/** Hear of the others in `viewer.group`; returns how to stop. */
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
