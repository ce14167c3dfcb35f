"""Makes adoption.json: a made-up panel and what independent code says of it.

Run with Debian's python3-numpy (1.24): python3 adoption.py > adoption.json

Callaway and Sant'Anna (2021) are computed from dense influence functions of all
units, Roth and Sant'Anna (2023) from the covariance matrices of whole rows, as
in the papers; the Go code uses neither. Thirty units over eight periods, in
waves of 4, 5, 6, 8 and 7; the last is never treated in the first panel, and
treated in period 8 in the second.
"""
import json
import numpy as np

rng = np.random.default_rng(20260824)
SIZES, FIRST = [4, 5, 6, 8, 7], [3, 4, 6, 7, 0]
T = np.arange(1, 9)


def made(last):
    first = np.repeat(FIRST[:-1] + [last], SIZES)
    level = rng.normal(20, 4, len(first))[:, None]
    y = level + rng.normal(0, 1, (len(first), 8)).cumsum(1) * 0.5 + 0.3 * T
    since = T[None, :] - np.where(first == 0, 99, first)[:, None]
    y = y - 0.7 * (since >= 0) * (1 + since * (since >= 0))
    return first, np.round(y, 2)


def callaway(first, y, control, base, ant):
    g = np.where(first == 0, np.inf, first)
    keep = g - ant > T[0]
    g, y, t_all = g[keep], y[keep], T
    if not np.isinf(g).any():
        last = g.max()
        t_all = T[T < last - ant]
        g = np.where(g == last, np.inf, g)
    n, col = len(g), {t: t - 1 for t in T}
    out, infl = [], []
    for w in sorted(set(g[np.isfinite(g)])):
        before = max(t for t in t_all if t < w - ant)
        for t in t_all if base == "universal" else t_all[1:]:
            b = before if base == "universal" or t >= w else t - 1
            a = g == w
            c = np.isinf(g) if control == "nevertreated" else (g > max(t, b) + ant) & ~a
            d = y[:, col[t]] - y[:, col[b]]
            f = np.zeros(n)
            f[a] += n / a.sum() * (d[a] - d[a].mean())
            f[c] -= n / c.sum() * (d[c] - d[c].mean())
            out.append(dict(group=int(w), time=int(t), att=d[a].mean() - d[c].mean(), se=None if t == b else np.sqrt((f**2).sum()) / n))
            infl.append(f)
    p = {w: (g == w).mean() for w in set(g)}

    def share(idx, groups, att, f):
        s = sum(p[w] for w in groups)
        theta = sum(p[w] / s * x for w, x in zip(groups, att))
        total = sum(p[w] / s * x for w, x in zip(groups, f))
        for w, x in zip(groups, att):
            total = total + x * ((1.0 * (g == w) - p[w]) / s - p[w] * sum(1.0 * (g == v) - p[v] for v in groups) / s**2)
        return theta, total

    def cells(test):
        k = [i for i, c in enumerate(out) if test(c)]
        return share(k, [out[i]["group"] for i in k], [out[i]["att"] for i in k], [infl[i] for i in k])

    se = lambda f: np.sqrt((f**2).sum()) / n
    post = lambda c: c["time"] >= c["group"]
    simple = cells(post)
    agg = dict(simple=dict(overall_att=simple[0], overall_se=se(simple[1]), egt=[], att=[], se=[]))

    def series(name, at, points, overall):
        agg[name] = dict(overall_att=overall[0], overall_se=se(overall[1]), egt=[int(x) for x in at], att=[x[0] for x in points],
                         se=[None if se(x[1]) == 0 else se(x[1]) for x in points])

    even = lambda points: (np.mean([x[0] for x in points]), np.mean([x[1] for x in points], axis=0))
    groups = sorted({c["group"] for c in out if post(c)})
    each = [even([(c["att"], f) for c, f in zip(out, infl) if c["group"] == w and post(c)]) for w in groups]
    series("group", groups, each, share(None, groups, [x[0] for x in each], [x[1] for x in each]))
    events = sorted({c["time"] - c["group"] for c in out})
    each = [cells(lambda c: c["time"] - c["group"] == e) for e in events]
    series("dynamic", events, each, even([x for e, x in zip(events, each) if e >= 0]))
    times = sorted({c["time"] for c in out if post(c)})
    each = [cells(lambda c: c["time"] == t and post(c)) for t in times]
    series("calendar", times, each, even(each))
    return dict(name=f"{control} {base} {ant}", control_group=control, base_period=base, anticipation=ant, att_gt=out, agg=agg)


def roth(first, y, control, beta, estimand, event=None):
    g = np.where(first == 0, np.inf, first)
    y, g = y[g > T[0]], g[g > T[0]]
    waves = sorted(set(g))
    last = waves[-1]
    size = {w: (g == w).sum() for w in waves}
    a = {w: np.zeros(8) for w in waves}
    a0 = {w: np.zeros(8) for w in waves}
    cells = [(w, t) for w in waves[:-1] for t in T if w <= t < last and (event is None or t - w == event)]
    n = lambda part: sum(size[w] for w, _ in part)
    for w, t in cells:
        if estimand in ("simple", "event"):
            k = size[w] / n(cells)
        elif estimand == "cohort":
            own = [c for c in cells if c[0] == w]
            k = size[w] / sum(size[v] for v in {c[0] for c in cells}) / len(own)
        else:
            own = [c for c in cells if c[1] == t]
            k = size[w] / n(own) / len({c[1] for c in cells})
        controls = [v for v in waves if v > t] if control == "notyettreated" else [last]
        m = sum(size[v] for v in controls)
        for v, s in [(w, 1.0)] + [(v, -size[v] / m) for v in controls]:
            a[v][int(t) - 1] += k * s
            a0[v][int(w) - 2] += k * s
    mean = {w: y[g == w].mean(0) for w in waves}
    s = {w: np.cov(y[g == w], rowvar=False) for w in waves}
    va = sum(a[w] @ s[w] @ a[w] / size[w] for w in waves)
    vx = sum(a0[w] @ s[w] @ a0[w] / size[w] for w in waves)
    cov = sum(a[w] @ s[w] @ a0[w] / size[w] for w in waves)
    b = cov / vx if beta is None else beta
    theta = sum(a[w] @ mean[w] - b * (a0[w] @ mean[w]) for w in waves)
    var = va + b * b * vx - 2 * b * cov
    m = int(waves[0]) - 1  # the periods before the first wave starts
    coef = sum(np.linalg.pinv(s[w][:m, :m]) @ s[w][:m, :] @ a[w] for w in waves)
    before = sum(s[w][:m, :m] for w in waves) / len(waves)
    adjusted = var - coef @ before @ coef / len(g)
    return dict(control_group=control, estimand=estimand, event=event, beta_given=beta, beta=b, estimate=theta,
                se_neyman=np.sqrt(var), se_adjusted=np.sqrt(max(adjusted, 0)))


panels = []
for last in (0, 8):
    first, y = made(last)
    panels.append(dict(
        first=[int(f) for f in first], rows=y.tolist(),
        callaway_santanna=[callaway(first, y, c, b, k) for c in ("nevertreated", "notyettreated") for b in ("varying", "universal") for k in (0, 1)],
        roth_santanna=[roth(first, y, c, b, e, k) for c in ("nevertreated", "notyettreated") for b in (None, 1, 0)
                       for e, k in (("simple", None), ("cohort", None), ("calendar", None), ("event", 0), ("event", 2))]))
print(json.dumps(dict(made="adoption.py, numpy " + np.__version__, panels=panels)))
