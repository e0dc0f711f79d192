// How the image lies on the stage: turned by quarter turns and mirrored, as [a, b, c, d] of a canvas transform.

const UPRIGHT = [1, 0, 0, 1];
const QUARTER_TURN = [0, 1, -1, 0]; // clockwise, since y points down
const MIRRORED = [-1, 0, 0, 1]; // left and right exchanged

/** The matrix that applies `second` first and then `first`. */
function combined([a, b, c, d], [e, f, g, h]) {
  return [a * e + c * f, b * e + d * f, a * g + c * h, b * g + d * h];
}

/** These matrices are orthogonal. */
function inverse([a, b, c, d]) {
  return [a, c, b, d];
}

function applied([a, b, c, d], { x, y }) {
  return { x: a * x + c * y, y: b * x + d * y };
}
