/** A still life of a ball, a box and a cylinder on a table, seen by a camera: what each pixel sees, how far away, and which way it faces. */

/** z points up, lengths are metres. */
const camera = { eye: [0, -1.7, 1.15], target: [0, 0.15, 0.18], field: 0.5 };
const ball = { centre: [-0.36, 0.1, 0.22], radius: 0.22, color: [205, 70, 60] };
const box = { min: [0.12, 0.22, 0], max: [0.5, 0.6, 0.42], color: [70, 120, 200] };
const cylinder = { centre: [0.16, -0.22], radius: 0.13, height: 0.3, color: [235, 180, 60] };
const table = {
  reach: 0.95,
  colors: [
    [190, 170, 145],
    [165, 145, 120],
  ],
};

const add = (a, b, factor = 1) => a.map((part, i) => part + b[i] * factor);
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const unit = (a) => a.map((part) => part / Math.hypot(...a));

const forward = unit(add(camera.target, camera.eye, -1));
const right = unit(cross(forward, [0, 0, 1]));
const up = cross(right, forward);
/** Parts of a vector of the scene as the camera sees it: right, up, toward the eye. */
export const inCamera = (vector) => [dot(vector, right), dot(vector, up), -dot(vector, forward)];

/** What a ray of unit length meets first: distance, normal, colour; undefined where it meets nothing. */
function meet(from, way) {
  const hits = [];
  const hit = (distance, normal, color) => {
    if (distance > 1e-6) hits.push({ distance, normal, color });
  };
  // Table: a disc with a pattern of squares.
  const flat = -from[2] / way[2];
  const place = add(from, way, flat);
  if (Math.hypot(place[0], place[1]) < table.reach)
    hit(flat, [0, 0, 1], table.colors[(Math.floor(place[0] / 0.15) + Math.floor(place[1] / 0.15)) & 1]);
  // Ball.
  const off = add(from, ball.centre, -1);
  const half = dot(off, way);
  const rest = half * half - dot(off, off) + ball.radius ** 2;
  if (rest > 0) {
    const distance = -half - Math.sqrt(rest);
    hit(distance, unit(add(add(from, way, distance), ball.centre, -1)), ball.color);
  }
  // Box: the last of the near faces, if it comes before the first of the far ones.
  let [near, far, axis] = [-Infinity, Infinity, 0];
  for (let i = 0; i < 3; i++) {
    const ends = [(box.min[i] - from[i]) / way[i], (box.max[i] - from[i]) / way[i]].sort((a, b) => a - b);
    if (ends[0] > near) [near, axis] = [ends[0], i];
    far = Math.min(far, ends[1]);
  }
  if (near < far)
    hit(
      near,
      [0, 1, 2].map((i) => (i === axis ? -Math.sign(way[i]) : 0)),
      box.color,
    );
  // Cylinder: its side, and its top.
  const [ox, oy] = [from[0] - cylinder.centre[0], from[1] - cylinder.centre[1]];
  const a = way[0] ** 2 + way[1] ** 2;
  const b = ox * way[0] + oy * way[1];
  const inside = b * b - a * (ox * ox + oy * oy - cylinder.radius ** 2);
  if (inside > 0) {
    const distance = (-b - Math.sqrt(inside)) / a;
    const at = add(from, way, distance);
    if (at[2] > 0 && at[2] < cylinder.height)
      hit(distance, unit([at[0] - cylinder.centre[0], at[1] - cylinder.centre[1], 0]), cylinder.color);
  }
  const top = (cylinder.height - from[2]) / way[2];
  const lid = add(from, way, top);
  if (Math.hypot(lid[0] - cylinder.centre[0], lid[1] - cylinder.centre[1]) < cylinder.radius)
    hit(top, [0, 0, 1], cylinder.color);
  return hits.sort((one, other) => one.distance - other.distance)[0];
}

/** @returns {({place: number[], depth: number, normal: number[], color: number[]} | undefined)[]} pixels, rows from the top */
export function renderScene(width, height) {
  const size = Math.tan(camera.field / 2) * 2;
  return Array.from({ length: width * height }, (_, i) => {
    const x = (((i % width) + 0.5) / width - 0.5) * size * (width / height);
    const y = (0.5 - (Math.floor(i / width) + 0.5) / height) * size;
    const way = unit(add(add(forward, right, x), up, y));
    const found = meet(camera.eye, way);
    if (!found) return undefined;
    const { distance, normal, color } = found;
    // As depth cameras give it: along the view's axis.
    return { place: add(camera.eye, way, distance), depth: distance * dot(way, forward), normal, color };
  });
}
