"""Renders scenes of things (`scene3d.py`) by sphere tracing: picture, depth, normals and points together.

Camera: a pinhole at `scene.eye` that looks at `scene.target`, vertical field of view FOV. Outputs of `render`, all SIZE x SIZE:
  image    uint8 [s, s, 3]
  depth    float32 [s, s], distance along the viewing direction in the world's unit; 0 where nothing is hit
  normals  float32 [s, s, 3] in the camera's frame (x right, y up, z to the viewer), 0 where nothing is hit
  points   float32 [s, s, 3] in the world's frame (x right, y up, z to the viewer)
  ids      int8 [s, s]: index of the thing, -1 ground, -2 sky
A thing's rays are traced only inside the circle that bounds it. Everything is deterministic from the generator that is passed in.
"""
import numpy as np

from synth.scene3d import COLOURS, at_time

SIZE = 64
FOV = 0.62
FAR = 17.0
STEPS = 26
FRAMES = 4
OFFSETS = np.array([[1, -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]], np.float32)      # a tetrahedron, for normals


def distance(shape, p):
    """Lower bound of the distance of points p [n, 3] to a shape of radius 1 that stands at the origin."""
    x, y, z = p[:, 0], p[:, 1], p[:, 2]
    if shape == 'cube':
        return np.maximum(np.maximum(np.abs(x), np.abs(z)), np.abs(y - .75)) - .75
    if shape == 'ball':
        return np.sqrt(x * x + (y - 1) ** 2 + z * z) - 1
    r = np.sqrt(x * x + z * z)
    if shape == 'cylinder':
        return np.maximum(r - .8, np.abs(y - .8) - .8)
    if shape == 'cone':                              # slanted side through (0.95, 0) and (0, 2)
        return np.maximum((2.0 * r + .95 * y - 1.9) / 2.2142, -y)
    if shape == 'ring':
        return np.sqrt((r - .65) ** 2 + (y - .35) ** 2) - .35
    side = np.maximum(np.abs(x), np.abs(z))          # pyramid: half base 0.85, height 1.7
    return np.maximum((1.7 * side + .85 * y - 1.445) / 1.9007, -y)


def camera(scene, size):
    """Directions [s * s, 3] of the rays (not normalised: their part along the viewing direction is 1) and the frame's axes [3, 3]."""
    forward = scene.target - scene.eye
    forward = forward / np.linalg.norm(forward)
    right = np.cross(forward, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    t = np.tan(FOV / 2)
    u = ((np.arange(size) + .5) / size * 2 - 1) * t
    rays = forward + u[None, :, None] * right - u[:, None, None] * up
    return rays.reshape(-1, 3).astype(np.float32), np.stack([right, up, -forward]).astype(np.float32)


def trace(thing, eye, rays):
    """Depth [n] of one thing along the rays (inf where it is missed), and world normals [n, 3]."""
    depth = np.full(len(rays), np.inf, np.float32)
    normals = np.zeros((len(rays), 3), np.float32)
    reach = 1.3 * thing.radius
    middle = (thing.middle - eye).astype(np.float32)
    a, b = (rays * rays).sum(1), rays @ middle
    inside = np.flatnonzero(b * b - a * (middle @ middle - reach * reach) > 0)
    if not len(inside):
        return depth, normals
    c, s = np.cos(thing.yaw), np.sin(thing.yaw)
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], np.float32)
    local = rays[inside] @ turn / thing.radius
    origin = ((eye - thing.at).astype(np.float32) @ turn / thing.radius).astype(np.float32)
    length = np.sqrt(a[inside])
    start = (b[inside] / a[inside] - reach / length).astype(np.float32)
    t, end = start.copy(), start + 2 * reach / length
    scale = thing.radius / length
    live = np.arange(len(inside))
    for _ in range(STEPS):
        d = distance(thing.shape, origin + t[live, None] * local[live])
        t[live] += d * scale[live]
        live = live[(d > 1e-3) & (t[live] < end[live])]
        if not len(live):
            break
    p = origin + t[:, None] * local
    hit = (distance(thing.shape, p) < 2e-2) & (t < end)
    p = p[hit]
    n = sum(o * distance(thing.shape, p + 2e-3 * o)[:, None] for o in OFFSETS)
    depth[inside[hit]] = t[hit]
    normals[inside[hit]] = n / (np.linalg.norm(n, axis=1, keepdims=True) + 1e-9) @ turn.T
    return depth, normals


def render(rng, scene, size=SIZE):
    """See the module's description."""
    rays, axes = camera(scene, size)
    eye = scene.eye.astype(np.float32)
    with np.errstate(divide='ignore', invalid='ignore'):
        depth = np.where(rays[:, 1] < -1e-3, -eye[1] / rays[:, 1], np.inf).astype(np.float32)
    depth[depth > FAR] = np.inf
    normals = np.zeros_like(rays)
    normals[:, 1] = np.isfinite(depth)
    ids = np.where(np.isfinite(depth), -1, -2).astype(np.int8)
    for i, thing in enumerate(scene.things):
        d, n = trace(thing, eye, rays)
        near = d < depth
        depth[near], normals[near], ids[near] = d[near], n[near], i
    hit = np.isfinite(depth)
    points = np.where(hit[:, None], eye + np.where(hit, depth, 0)[:, None] * rays, 0).astype(np.float32)
    image = shade(rng, scene, rays, points, normals, ids)
    square = lambda v: v.reshape(size, size, *v.shape[1:])
    return dict(image=square(image), depth=square(np.where(hit, depth, 0).astype(np.float32)),
                normals=square((normals @ axes.T).astype(np.float32)), points=square(points), ids=square(ids))


def shade(rng, scene, rays, points, normals, ids):
    """Lambert and Blinn-Phong light, soft shadows under things, a plain sky; uint8 [n, 3]."""
    palette = np.array([*COLOURS.values()], np.float32)[[list(COLOURS).index(t.colour) for t in scene.things]]
    base = np.empty((len(ids), 3), np.float32)
    base[ids == -2] = np.float32(np.array(scene.ground) * .55 + 95)
    base[ids == -1] = scene.ground
    things = ids >= 0
    base[things] = palette[ids[things]]
    light = (scene.light / np.linalg.norm(scene.light)).astype(np.float32)
    lambert = np.maximum(normals @ light, 0)
    out = base * (.42 + .6 * lambert)[:, None]
    out[ids == -2] = base[ids == -2]
    ground = ids == -1
    shadow = np.ones(ground.sum(), np.float32)
    for thing in scene.things:
        spot = thing.at[[0, 2]] - light[[0, 2]] / light[1] * (thing.at[1] + .4 * thing.height)
        d = ((points[ground][:, [0, 2]] - spot) ** 2).sum(1) / (1.1 * thing.radius) ** 2
        shadow *= 1 - .5 * np.exp(-1.3 * d * d)
    out[ground] *= shadow[:, None]
    view = -rays / np.linalg.norm(rays, axis=1, keepdims=True)
    half = light + view
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    gloss = np.maximum((normals * half).sum(1), 0)
    shiny = np.array([t.shiny for t in scene.things])
    polish = things & shiny[np.maximum(ids, 0)]
    out[polish] += 210 * gloss[polish, None] ** 28 + 22 * np.maximum(normals[polish, 1:2], 0)
    return np.clip(out + rng.normal(0, rng.uniform(1, 5), out.shape), 0, 255).astype(np.uint8)


def render_video(rng, scene, size=SIZE, frames=FRAMES):
    """Frames uint8 [f, s, s, 3] of a scene in which something moves."""
    seed = int(rng.integers(1 << 31))
    return np.stack([render(np.random.default_rng(seed + k), at_time(scene, k / (frames - 1)), size)['image'] for k in range(frames)])


def cloud(rng, rendered, count=1024):
    """A point cloud of a rendered scene: xyz float32 [count, 3] in the world's frame and colours uint8 [count, 3].

    Points of the ground are fewer than those of things, and sometimes there are none, as after a plane has been removed."""
    ids = rendered['ids'].reshape(-1)
    keep = rng.uniform(0, .35) * (rng.random() < .7)
    near = np.abs(rendered['points'].reshape(-1, 3)).max(1) < 5
    weight = np.where(ids >= 0, 1.0, np.where((ids == -1) & near, keep, 0.0))
    chosen = rng.choice(len(ids), count, p=weight / weight.sum(), replace=(weight > 0).sum() < count)
    xyz = rendered['points'].reshape(-1, 3)[chosen] + rng.normal(0, .008, (count, 3))
    return xyz.astype(np.float32), rendered['image'].reshape(-1, 3)[chosen]
