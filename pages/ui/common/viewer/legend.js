// The scale beside the image: whose evidence, by which method, in which units, and where the colours end.

function drawLegend(legend, evidence) {
  const find = (selector) => legend.querySelector(selector);
  const { title, method, unit, units, signed, fixed, scale } = evidence;
  find(".subject").textContent = title;
  find(".measured").textContent = `${method}, ${unit}${fixed || units === "relative" ? "" : ", this image's own scale"}`;
  const upwards = `linear-gradient(to top, ${VIRIDIS.join(",")})`;
  const stripes = `repeating-linear-gradient(135deg, transparent 0 3px, rgb(11 13 16 / ${1 - BETWEEN}) 3px 6px)`;
  const downwards = `linear-gradient(to bottom, ${AGAINST.join(",")})`;
  find(".ramp").style.background = signed
    ? `${upwards} top / 100% 50% no-repeat, ${stripes} bottom / 100% 50% no-repeat, ${downwards} bottom / 100% 50% no-repeat`
    : upwards;
  const number = (value) => (units === "relative" ? { 1: "strongest", 0.5: "half", 0: "0" }[value] : +(value * scale).toPrecision(3));
  const words = signed ? [`${number(1)} for`, 0, `${number(1)} against`] : [number(1), number(0.5), 0];
  [".top", ".middle", ".bottom"].forEach((place, at) => { find(place).textContent = words[at]; });
  find(".mark.against").hidden = !signed;
}

/** Where drawing begins. share: of the scale. */
function markCutoff(legend, { signed }, share) {
  legend.querySelector(".mark.for").style.bottom = `${signed ? 50 + 50 * share : 100 * share}%`;
  legend.querySelector(".mark.against").style.bottom = `${50 - 50 * share}%`;
}
