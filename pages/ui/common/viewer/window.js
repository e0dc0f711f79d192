// From stored values to grey: VOI LUT or window (DICOM PS3.3 C.11.2), then inversion once.

// Centre and width in Hounsfield units, and the body parts (beginnings of Body Part Examined) that they are offered first for.
const CT_WINDOWS = {
  Lung: [-600, 1500, "CHEST LUNG THORAX"], Mediastinum: [40, 400, "CHEST THORAX HEART"], "Soft tissue": [40, 350, "ABD PELVIS NECK"],
  Liver: [60, 160, "ABD LIVER"], Brain: [40, 80, "HEAD BRAIN"], Subdural: [75, 215, "HEAD BRAIN"], Stroke: [40, 40, "HEAD BRAIN"],
  Angiography: [300, 600, "HEART"], Bone: [400, 1800, "HEAD SPINE PELVIS EXTREMITY"],
};
// Of modalities without units: shares of the image's values, counted from what is drawn dark.
const SHARE_WINDOWS = {
  CHEST: { "Lung fields": [0.02, 0.6], "Mediastinum and bone": [0.4, 0.998] },
  BREAST: { "Dense tissue": [0.6, 0.999] },
  MR: { "High contrast": [0.1, 0.95], "Bright tissue": [0.5, 0.999] },
};

/** Displayed brightness in [0, 1] of a value x under a window, PS3.3 C.11.2.1.2.1 and C.11.2.1.3. */
function brightness(x, { center, width, function: shape }) {
  if (shape === "SIGMOID") return 1 / (1 + Math.exp((-4 * (x - center)) / width));
  if (shape === "LINEAR_EXACT") return clamp((x - center) / width + 0.5, 0, 1);
  if (width <= 1) return x <= center - 0.5 ? 0 : 1;
  return clamp((x - (center - 0.5)) / (width - 1) + 0.5, 0, 1);
}

/** RGBA words (65536,) by stored value. `window` null draws the file's VOI LUT; colour images have neither. */
function displayTable(meta, window, invert) {
  const table = new Uint32Array(65536);
  const lut = !window && meta.voi_lut ? decodeBytes(meta.voi_lut.table) : null;
  for (let stored = 0; stored < 65536; stored++) {
    const value = stored * meta.slope + meta.intercept;
    let grey;
    if (meta.channels === 3) grey = Math.min(stored, 255);
    else if (lut) grey = lut[clamp(Math.round(value - meta.voi_lut.first), 0, lut.length - 1)];
    else grey = Math.round(255 * brightness(value, window));
    if (invert) grey = 255 - grey;
    table[stored] = 0xff000000 | (grey << 16) | (grey << 8) | grey;
  }
  return table;
}

/** The window presets by name; null stands for the file's own VOI LUT. */
function presets(image) {
  const { meta } = image;
  if (meta.channels === 3) return {};
  const shape = meta.window.function;
  const windows = { "Default window": meta.voi_lut ? null : meta.window };
  const [first, low, high, last] = image.quantiles([1e-9, 0.01, 0.99, 1]);
  windows["1–99 %"] = between(meta, low, high);
  windows["Full range"] = between(meta, first, last);
  if (meta.modality === "CT") {
    for (const [name, [center, width]] of suitedFirst(meta.body_part)) windows[name] = { center, width, function: shape };
  }
  for (const [name, shares] of Object.entries(SHARE_WINDOWS[shareKind(meta)] ?? {})) {
    const [from, to] = meta.inverted ? [1 - shares[1], 1 - shares[0]] : shares;
    windows[name] = between(meta, ...image.quantiles([from, to]));
  }
  return windows;
}

function suitedFirst(bodyPart) {
  const suits = ([, [, , parts]]) => Boolean(bodyPart) && parts.split(" ").some((part) => bodyPart.startsWith(part));
  const all = Object.entries(CT_WINDOWS);
  return [...all.filter(suits), ...all.filter((entry) => !suits(entry))];
}

function shareKind({ modality, body_part }) {
  if (modality === "MR") return "MR";
  if (modality === "MG") return "BREAST";
  return ["CR", "DX"].includes(modality) && /^(CHEST|THORAX|LUNG)/.test(body_part ?? "") ? "CHEST" : "";
}

function sameWindow(one, other) {
  if (!one || !other) return one === other;
  return one.center === other.center && one.width === other.width && one.function === other.function;
}

function between(meta, low, high) {
  const [a, b] = [low, high].map((stored) => stored * meta.slope + meta.intercept);
  return { center: (a + b) / 2, width: Math.max(Math.abs(b - a), Math.abs(meta.slope)), function: "LINEAR_EXACT" };
}

function decodeBytes(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
