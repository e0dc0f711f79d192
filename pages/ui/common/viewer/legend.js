// The colour scale beside the image: label, method, what the colours are relative to, and whether the map passed its check.

const CLEARLY = 2; // times the detail: readers look for the legend on the right

function drawLegend(legend, evidence) {
  const find = (selector) => legend.querySelector(selector);
  const { title, method, signed, fixed, check, withheld } = evidence;
  find(".subject").textContent = title;
  find(".method").textContent = method; // where there is no room for the line below
  find(".measured").textContent = withValues(fixed ? words.on_scale : words.relative, { method });
  find(".checked").textContent = check ?? "";
  find(".scale").hidden = Boolean(withheld);
  const upwards = `linear-gradient(to top, ${VIRIDIS.join(",")})`;
  const stripes = `repeating-linear-gradient(135deg, transparent 0 3px, rgb(11 13 16 / ${1 - BETWEEN}) 3px 6px)`;
  const downwards = `linear-gradient(to bottom, ${AGAINST.join(",")})`;
  find(".ramp").style.background = signed
    ? `${upwards} top / 100% 50% no-repeat, ${stripes} bottom / 100% 50% no-repeat, ${downwards} bottom / 100% 50% no-repeat`
    : upwards;
  const [most, half] = fixed ? [withValues(words.percent, { share: 100 }), withValues(words.percent, { share: 50 })] : [words.strongest, words.half];
  const ticks = signed ? [withValues(words.for, { strength: most }), "0", withValues(words.against, { strength: most })] : [most, half, "0"];
  [".top", ".middle", ".bottom"].forEach((place, at) => { find(place).textContent = ticks[at]; });
  find(".mark.against").hidden = !signed;
}

/**
 * Lay the legend over the upper corner of the stage where it hides less: on the left where a side marker stands on the
 * right. detailUnder: how much detail lies within {left, top, right, bottom} of the stage.
 */
function placeLegend(legend, stage, detailUnder) {
  const [gap, wide, high] = [legend.offsetTop, legend.offsetWidth, legend.offsetHeight];
  const under = (left) => detailUnder({ left, top: gap, right: left + wide, bottom: gap + high });
  legend.classList.toggle("left", under(stage.clientWidth - gap - wide) > CLEARLY * under(gap));
}

/** Mark on the scale where drawing begins. share: of the scale. */
function markCutoff(legend, { signed }, share) {
  legend.querySelector(".mark.for").style.bottom = `${signed ? 50 + 50 * share : 100 * share}%`;
  legend.querySelector(".mark.against").style.bottom = `${50 - 50 * share}%`;
}
