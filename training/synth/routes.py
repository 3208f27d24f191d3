"""Paths of arrows between two boxes: straight, elbow, straight aslant, or around; never through another box. All in em."""

GAP = 0.12


def _hits(path, boxes):
    """Does a path of axis-parallel or slanted segments cross one of the boxes (shrunk a little)?"""
    for (ax, ay), (bx, by) in zip(path, path[1:]):
        for x1, y1, x2, y2 in boxes:
            if max(ax, bx) <= x1 or min(ax, bx) >= x2 or max(ay, by) <= y1 or min(ay, by) >= y2:
                continue
            if ax == bx or ay == by or _slant_hits(ax, ay, bx, by, x1, y1, x2, y2):
                return True
    return False


def _slant_hits(ax, ay, bx, by, x1, y1, x2, y2):
    t0, t1 = 0.0, 1.0
    for p, d, low, high in ((ax, bx - ax, x1, x2), (ay, by - ay, y1, y2)):
        if d == 0:
            if not low < p < high:
                return False
            continue
        a, b = (low - p) / d, (high - p) / d
        t0, t1 = max(t0, min(a, b)), min(t1, max(a, b))
    return t0 < t1


def length(path):
    return sum(abs(bx - ax) + abs(by - ay) for (ax, ay), (bx, by) in zip(path, path[1:]))


def candidates(a, b, shift=0.0):
    """Paths from box a to box b by kind: {'straight', 'elbow', 'slant'} → list of paths. `shift` moves the ports along their sides (-0.5..0.5)."""
    out = {'straight': [], 'elbow': [], 'slant': []}
    acx, acy, bcx, bcy = (a[0] + a[2]) / 2, (a[1] + a[3]) / 2, (b[0] + b[2]) / 2, (b[1] + b[3]) / 2
    y1, y2 = max(a[1], b[1]), min(a[3], b[3])
    x1, x2 = max(a[0], b[0]), min(a[2], b[2])
    room = 0.3
    if y2 - y1 > room and (a[2] < b[0] or b[2] < a[0]):
        y = min(max(acy if a[3] - a[1] < b[3] - b[1] else bcy, y1 + room / 2), y2 - room / 2) + shift * (y2 - y1)
        ends = (a[2] + GAP, b[0] - GAP) if a[2] < b[0] else (a[0] - GAP, b[2] + GAP)
        out['straight'].append([(ends[0], y), (ends[1], y)])
    if x2 - x1 > room and (a[3] < b[1] or b[3] < a[1]):
        x = min(max(acx if a[2] - a[0] < b[2] - b[0] else bcx, x1 + room / 2), x2 - room / 2) + shift * (x2 - x1)
        ends = (a[3] + GAP, b[1] - GAP) if a[3] < b[1] else (a[1] - GAP, b[3] + GAP)
        out['straight'].append([(x, ends[0]), (x, ends[1])])
    sx, sy = shift * (a[2] - a[0]), shift * (a[3] - a[1])
    tx, ty = shift * (b[2] - b[0]), shift * (b[3] - b[1])
    for forward in (True, False):
        if (a[2] + 0.6 < b[0]) if forward else (b[2] + 0.6 < a[0]):
            p, q = ((a[2] + GAP, acy + sy), (b[0] - GAP, bcy + ty)) if forward else ((a[0] - GAP, acy + sy), (b[2] + GAP, bcy + ty))
            middle = (p[0] + q[0]) / 2
            if abs(p[1] - q[1]) > 0.3:
                out['elbow'].append([p, (middle, p[1]), (middle, q[1]), q])
                out['slant'].append([p, q])
        if (a[3] + 0.6 < b[1]) if forward else (b[3] + 0.6 < a[1]):
            p, q = ((acx + sx, a[3] + GAP), (bcx + tx, b[1] - GAP)) if forward else ((acx + sx, a[1] - GAP), (bcx + tx, b[3] + GAP))
            middle = (p[1] + q[1]) / 2
            if abs(p[0] - q[0]) > 0.3:
                out['elbow'].append([p, (p[0], middle), (q[0], middle), q])
                out['slant'].append([p, q])
    # L: out of a side, into the top or bottom (or the other way about)
    if not b[0] - 0.4 < acx < b[2] + 0.4 and not a[1] - 0.4 < bcy < a[3] + 0.4:
        y = a[3] + GAP if bcy > acy else a[1] - GAP
        x = b[0] - GAP if bcx > acx else b[2] + GAP
        out['elbow'].append([(acx + sx, y), (acx + sx, bcy + ty), (x, bcy + ty)])
    if not a[0] - 0.4 < bcx < a[2] + 0.4 and not b[1] - 0.4 < acy < b[3] + 0.4:
        x = a[2] + GAP if bcx > acx else a[0] - GAP
        y = b[1] - GAP if bcy > acy else b[3] + GAP
        out['elbow'].append([(x, acy + sy), (bcx + tx, acy + sy), (bcx + tx, y)])
    return out


def around(a, b, side, clearance):
    """A path that leaves and enters by the same side ('above', 'below', 'left', 'right'), `clearance` beyond the further of the two."""
    acx, acy, bcx, bcy = (a[0] + a[2]) / 2, (a[1] + a[3]) / 2, (b[0] + b[2]) / 2, (b[1] + b[3]) / 2
    if side in ('above', 'below'):
        up = side == 'above'
        p, q = (acx, a[1] - GAP if up else a[3] + GAP), (bcx, b[1] - GAP if up else b[3] + GAP)
        y = min(p[1], q[1]) - clearance if up else max(p[1], q[1]) + clearance
        return [p, (p[0], y), (q[0], y), q]
    left = side == 'left'
    p, q = (a[0] - GAP if left else a[2] + GAP, acy), (b[0] - GAP if left else b[2] + GAP, bcy)
    x = min(p[0], q[0]) - clearance if left else max(p[0], q[0]) + clearance
    return [p, (x, p[1]), (x, q[1]), q]


def free(path, boxes):
    return not _hits(path, boxes)


def along(path, other, near=0.35, least=0.4):
    """Do two paths run side by side, closer than `near`, over more than `least` em in an axis' direction?"""
    for (ax, ay), (bx, by) in zip(path, path[1:]):
        for (cx, cy), (dx, dy) in zip(other, other[1:]):
            if abs(ay - by) < 0.1 and abs(cy - dy) < 0.1 and abs(ay - cy) < near and min(max(ax, bx), max(cx, dx)) - max(min(ax, bx), min(cx, dx)) > least:
                return True
            if abs(ax - bx) < 0.1 and abs(cx - dx) < 0.1 and abs(ax - cx) < near and min(max(ay, by), max(cy, dy)) - max(min(ay, by), min(cy, dy)) > least:
                return True
    return False


def bend(path, steps=8):
    """A path with its corners rounded to a smooth curve: quadratic Bézier pieces between the middles of its segments."""
    if len(path) < 3:
        (ax, ay), (bx, by) = path
        if abs(ax - bx) < 0.2 or abs(ay - by) < 0.2:
            return list(path)
        # an S between slanted ends
        if abs(bx - ax) >= abs(by - ay):
            c, d = ((ax + bx) / 2, ay), ((ax + bx) / 2, by)
        else:
            c, d = (ax, (ay + by) / 2), (bx, (ay + by) / 2)
        out = []
        for i in range(2 * steps + 1):
            t = i / (2 * steps)
            u = 1 - t
            out.append(tuple(u ** 3 * p + 3 * u * u * t * q + 3 * u * t * t * r + t ** 3 * s for p, q, r, s in zip((ax, ay), c, d, (bx, by))))
        return out
    out, start = [path[0]], path[0]
    for i in range(1, len(path) - 1):
        corner = path[i]
        end = path[-1] if i == len(path) - 2 else tuple((p + q) / 2 for p, q in zip(corner, path[i + 1]))
        for k in range(1, steps + 1):
            t = k / steps
            u = 1 - t
            out.append(tuple(u * u * p + 2 * u * t * q + t * t * r for p, q, r in zip(start, corner, end)))
        start = end
    return out
