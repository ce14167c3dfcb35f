# The numpy peer of the fairness contests: counts the coded columns of a file by
# all seven groupings of three attributes, and draws multinomial replicates.
# Arguments: file, rows, levels of each attribute, rounds. The file holds the
# columns one after another, a byte a code: three attributes, then the flag.
# It prints the processor times in nanoseconds and the counts, as JSON.
import gc, json, sys, time
import numpy as np

path, n, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[6])
levels = [int(v) for v in sys.argv[3:6]]
data = np.fromfile(path, dtype=np.uint8).reshape(4, n)
a, b, c, flag = data
la, lb, lc = levels
groupings = [(1, 2), (0, 2), (0, 1), (2,), (1,), (0,), ()]  # axes to sum over


def count(kind):
    # One number for each row, and one count of them.
    at = a.astype(kind)
    at *= kind(lb)
    at += b
    at *= kind(lc)
    at += c
    at *= kind(2)
    at += flag
    cells = np.bincount(at, minlength=la * lb * lc * 2).reshape(la, lb, lc, 2)
    return [cells.sum(axis=axes) for axes in groupings]


def timed(do):
    times = []
    for _ in range(rounds):
        gc.collect()
        start = time.process_time_ns()
        result = do()
        times.append(time.process_time_ns() - start)
    return times, result


# In the type of an index, as it is usually written, and in the narrowest type
# that holds the number: 8 times less to write.
count_times, counts = timed(lambda: count(np.intp))
narrow_times, narrow = timed(lambda: count(np.uint8 if la * lb * lc * 2 <= 256 else np.uint16))
assert all((x == y).all() for x, y in zip(counts, narrow))
cells = counts[-1].reshape(-1)
dice = np.random.default_rng(1)


def replicates():
    drawn = dice.multinomial(cells.sum(), cells / cells.sum(), size=100).reshape(100, -1, 2)
    totals = drawn.sum(axis=2)
    rates = drawn[:, :, 1] / totals
    return rates.max(axis=1) - rates.min(axis=1)


replicate_times, gaps = timed(replicates)
print(json.dumps({
    "numpy": np.__version__,
    "count": count_times,
    "narrow": narrow_times,
    "counts": [grouping.reshape(-1, 2).tolist() for grouping in counts],
    "replicates": replicate_times,
    "gap": float(np.mean(gaps)),
}))
