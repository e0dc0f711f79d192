// The page's address follows the view, so that a reload or a link opens it again; the browser's history gains no entries.

const VIEW = ["model", "case", "film", "frame", "label", "method", "cutoff", "beside"];

/** The cut-off in the page's address, a share of the scale; null where it has none. */
function addressedCutoff() {
  const share = new URLSearchParams(location.search).get("cutoff");
  return share && Number(share) >= 0 && Number(share) <= 1 ? Number(share) : null;
}

/** Set these query parameters, one that is a list several times, and the cut-off where it is not the usual one. */
function writeAddress(parameters, cutoff, usual) {
  const url = new URL(location.href);
  for (const name of VIEW) url.searchParams.delete(name);
  for (const [name, values] of Object.entries(parameters)) {
    for (const value of [values].flat()) url.searchParams.append(name, value);
  }
  if (cutoff !== usual) url.searchParams.set("cutoff", cutoff);
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}
