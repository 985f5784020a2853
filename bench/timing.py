"""How long something takes: repeated, with the collector's pauses in, as median, least and most."""

import math
import statistics
import time


def measure(work, seconds: float, least: int = 5) -> dict:
    """Return the `summary` of calls of `work`, repeated for about so long, and so often at least."""
    work()
    taken = []
    until = time.perf_counter() + seconds
    while len(taken) < least or time.perf_counter() < until:
        taken.append(timed(work))
    return summary(taken)


def measure_each(work, inputs: list) -> dict:
    """Return the `summary` of `work` on each of the inputs, once."""
    return summary([timed(lambda given=given: work(given)) for given in inputs])


def timed(work) -> tuple[float, float]:
    """Return the milliseconds that `work` takes, and those of this thread's CPU among them."""
    began_at, busy = time.perf_counter(), time.thread_time()
    work()
    return (time.perf_counter() - began_at) * 1e3, (time.thread_time() - busy) * 1e3


def summary(taken: list[tuple[float, float]]) -> dict:
    """Return {"median", "least", "most", "cpu"} in milliseconds, and how many they are; "cpu": its median."""
    passed, busy = zip(*taken, strict=True)
    return {
        "median": statistics.median(passed),
        "least": min(passed),
        "most": max(passed),
        "cpu": statistics.median(busy),
        "repeats": len(taken),
    }


def growth(small: int, few_ms: float, large: int, many_ms: float) -> float:
    """Return the exponent e for which time grows as size ** e between two sizes."""
    return math.log(many_ms / few_ms) / math.log(large / small)


def n_log_n(small: int, large: int) -> float:
    """Return the exponent that `growth` gives for something that takes n log n."""
    return growth(small, small * math.log(small), large, large * math.log(large))


def per_second(work, seconds: float) -> float:
    """Return how often `work` is done in a second of CPU: the best of five rounds of about so long."""
    calls = 1
    while (took := rounds(work, calls)) < seconds / 10:
        calls *= 2
    return calls / min(took, *(rounds(work, calls) for _ in range(4)))


def rounds(work, calls: int) -> float:
    """Return the seconds of CPU that so many calls of `work` take."""
    began_at = time.process_time()
    for _ in range(calls):
        work()
    return time.process_time() - began_at
