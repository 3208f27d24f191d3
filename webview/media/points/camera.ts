/** A camera that turns around a place. Matrices are column after column, as WebGL takes them. Pure. */

export type Vector = readonly [number, number, number];
export const ups = ['z', 'y', '-y'] as const;
/** The axis of the cloud that points up on the screen. */
export type Up = (typeof ups)[number];

export interface Camera {
  /** Around which it turns. */
  readonly target: Vector;
  readonly distance: number;
  /** Around the up axis, and above the horizon; radians. */
  readonly yaw: number;
  readonly pitch: number;
}

/** Half of the field of view, vertically, as its tangent. */
const halfView = Math.tan((25 * Math.PI) / 180);
const steepest = Math.PI / 2 - 0.01;

const add = (a: Vector, b: Vector, factor = 1): Vector => [
  a[0] + b[0] * factor,
  a[1] + b[1] * factor,
  a[2] + b[2] * factor,
];
const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const unit = (a: Vector): Vector => {
  const length = Math.hypot(...a) || 1;
  return [a[0] / length, a[1] / length, a[2] / length];
};

/** Up, and two directions across it. */
const frames: Readonly<Record<Up, readonly [Vector, Vector, Vector]>> = {
  z: [
    [0, 0, 1],
    [0, -1, 0],
    [1, 0, 0],
  ],
  y: [
    [0, 1, 0],
    [0, 0, 1],
    [1, 0, 0],
  ],
  '-y': [
    [0, -1, 0],
    [0, 0, -1],
    [1, 0, 0],
  ],
};

/** How high a place is along the up axis. */
export const heightOf = (up: Up, [, y, z]: Vector): number => (up === 'z' ? z : up === 'y' ? y : -y);

/** The direction from the target to the eye. */
function outward({ yaw, pitch }: Camera, up: Up): Vector {
  const [top, front, side] = frames[up];
  const across = add([0, 0, 0], front, Math.cos(yaw) * Math.cos(pitch));
  return add(add(across, side, Math.sin(yaw) * Math.cos(pitch)), top, Math.sin(pitch));
}

/** Right and upward on the screen, and toward the eye. */
function axes(camera: Camera, up: Up): { right: Vector; upward: Vector; back: Vector } {
  const back = outward(camera, up);
  const right = unit(cross(frames[up][0], back));
  return { right, upward: cross(back, right), back };
}

/** All of a ball in view, from above the front. */
export function cameraFor(target: Vector, radius: number): Camera {
  return { target, distance: (Math.max(radius, 1e-9) / halfView) * 1.05, yaw: 0.6, pitch: 0.4 };
}

export function orbit(camera: Camera, yaw: number, pitch: number): Camera {
  return {
    ...camera,
    yaw: camera.yaw + yaw,
    pitch: Math.min(steepest, Math.max(-steepest, camera.pitch + pitch)),
  };
}

/** @param x @param y in shares of the view's height, right and down */
export function pan(camera: Camera, up: Up, x: number, y: number): Camera {
  const { right, upward } = axes(camera, up);
  const size = 2 * halfView * camera.distance;
  return { ...camera, target: add(add(camera.target, right, -x * size), upward, y * size) };
}

/** @param factor less than one: nearer */
export const zoom = (camera: Camera, factor: number, radius: number): Camera => ({
  ...camera,
  distance: Math.min(Math.max(camera.distance * factor, radius * 1e-3), radius * 100),
});

/** From the cloud to the screen. @param aspect width / height @param radius of the ball that holds the cloud */
export function matrixOf(camera: Camera, up: Up, aspect: number, radius: number): Float32Array {
  const { right, upward, back } = axes(camera, up);
  const eye = add(camera.target, back, camera.distance);
  const reach = camera.distance + radius * 2 + Math.hypot(...add(camera.target, [0, 0, 0]));
  const near = Math.max(camera.distance * 0.01, radius * 1e-4);
  const [sx, sy] = [1 / (halfView * aspect), 1 / halfView];
  const [a, b] = [(reach + near) / (near - reach), (2 * reach * near) / (near - reach)];
  const [ex, ey, ez] = [-dot(right, eye), -dot(upward, eye), -dot(back, eye)];
  const matrix = new Float32Array(16);
  for (let i = 0; i < 3; i++) matrix.set([right[i]! * sx, upward[i]! * sy, back[i]! * a, -back[i]!], i * 4);
  matrix.set([ex * sx, ey * sy, ez * a + b, -ez], 12);
  return matrix;
}

/** Where a place falls on the view, −1 to 1, y upward, and how far away it is; undefined behind the eye. */
export function project(
  matrix: Float32Array,
  x: number,
  y: number,
  z: number,
): [number, number, number] | undefined {
  const m = matrix as unknown as readonly number[];
  const w = m[3]! * x + m[7]! * y + m[11]! * z + m[15]!;
  if (w <= 0) return undefined;
  return [
    (m[0]! * x + m[4]! * y + m[8]! * z + m[12]!) / w,
    (m[1]! * x + m[5]! * y + m[9]! * z + m[13]!) / w,
    w,
  ];
}
