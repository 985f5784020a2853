"""Expressions that attack, what they work on, and a child process that measures them."""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from flowlang import expressions
from flowlang.problems import FlowError

DATA = {
    "s": "text",
    "n": 7,
    "L": list(range(5_000)),
    "long": "a" * 90_000,
    "texts": ["a" * 9_000 for _ in range(20)],
    "a": {"b": [1, 2], "items": 5},
    "d": {str(i): {"v": i} for i in range(3_000)},
    "many": ["x"] * 9_000,
    "pairs": [[i] for i in range(5_000)],
    "nest": [[[[1] * 10] * 10] * 10] * 10,
    "mixed": "aB" * 45_000,
    "words": [str(i) for i in range(9_999)],
}
CONTEXT = {"run_id": "r-1"}

ERRORS = [
    "().__class__.__bases__[0].__subclasses__()",
    "'{0.__class__}'.format(1)",
    "'{a.__class__}'.format_map({'a': 1})",
    "f\"{s:{'}{.__class__}'}}\"",
    "(x for x in L).gi_frame",
    "str.mro()",
    "int.from_bytes",
    "str.maketrans",
    "eval('1')",
    "__import__('os')",
    "open('/etc/passwd')",
    "import os",
    "a = 5",
    "1; 2",
    "a += 1",
    "4000000**4000000",
    "(3**4000000)*(3**4000000)%7",
    "9**9**9",
    "1 << 10**9",
    "'%0200000000d' % 1",
    "'%*d' % (300000000, 1)",
    "'%.200000000f' % 1.5",
    "('%s' * 50000) % (('a' * 90000,) * 50000)",
    "f'{1:>300000000}'",
    "f'{1.5:.200000000f}'",
    "f'{s*25001}'",
    "f'{long}{long}'",
    "'a'.center(500000000)",
    "'a'.ljust(500000000)",
    "'a'.zfill(500000000)",
    "'\\t'.expandtabs(500000000)",
    "('a'*50000).replace('a', 'b'*20000)",
    "('a'*50000).replace('', 'b'*20000)",
    "','.join(['a'*100000]*5000)",
    "(1).to_bytes(500000000, 'big')",
    "[[[[0]*100]*100]*100]*100",
    "str([[[[0]*100]*100]*100]*100)",
    "[[[[0]*100]*100]*100]*100 == [[[[1]*100]*100]*100]*100 or [[[[0]*100]*100]*100]*100 == 1 or s.x",
    "[[[0]*1000]*1000]*1000 == [[[0]*1000]*1000]*1000",
    "{((((0,)*100,)*100,)*100,)*100}",
    "{}.get(((((0,)*100,)*100,)*100,)*100)",
    "((((0,)*100,)*100,)*100,)*100 in {}",
    "[long for x in many]",
    "[long + 'b' for x in many]",
    "[d for x in many]",
    "[texts for x in many]",
    "[long in long for x in L if long.find('b')]",
    "[d == {k: v for k, v in d.items()} for x in L]",
    "[x for x in L for y in L for z in L]",
    "[[y for y in L] for x in L]",
    "[x for x in L if x in L]",
    "{x * (2**61 - 1) for x in L for y in L}",
    "[long.split('a') for x in L]",
    "[long.startswith((long,) * 50000) for x in L]",
    "[L + [x] for x in L]",
    "[L[:] for x in L]",
    "[list(L) for x in L]",
    "[dict(d) for x in L]",
    "[d.items() for x in L]",
    "[L.index(-1) for x in L]",
    "(((((L + L) + L) + L) * 20) * 20) * 20",
    "-" * 300_000 + "1",
    "-" * 8_000 + "1",
    "(" * 5_000,
    "(" * 90 + "1" + ")" * 90 + "(",
    "1+" * 200_000 + "1",
    "1+" * 4_000 + "1",
    "a" + ".b" * 3_000,
    "a" + ".b" * 90,
    "not " * 2_000 + "1",
    "[" * 150 + "]" * 150,
    "",
    "   ",
    "# only comment",
    "s\0",
    "ｓ",
    "\ud800",
    "'\ud800'",
    "1/0",
    "1 % 0",
    "0 ** -1",
    "(-8) ** 0.5",
    "1e308 * 10",
    "L[5000]",
    "L[10 ** 30]",
    "a.missing",
    "5 < 'a'",
    "int(s)",
    "a[::0]",
    "int('9'*5000)",
    "9" * 5_000,
    "str(9**9**5)",
    "randint(s)",
    "rand(2)",
    "a.clear()",
    "a.update({'b': 0})",
    "a.b.append(99)",
    "a.pop('b')",
    "a.setdefault('z', 1)",
    "L.sort()",
    "1e400",
    "float('nan')",
    "float('inf')",
    "1j",
    "b'x'",
    "...",
    "{(1, 2): 3}",
    "s.upper",
    "'\\ud800'",
    "'\\x00'",
    "{'\\ud800': 1}",
    "2 ** 64",
    "-(2 ** 63) - 1",
    "getattr('" + "a." * 3_000 + "a')",
    "is_present('..')",
    "`$..*..*`",
    "`$.a[?(@.n =~ 1)]`",
    "`$[(@.length-1)]`",
    "yield 1",
    "await s",
    "print(s)",
    "(lambda: (lambda: 1)())()",
    "[x for x in [1] if (y := x)]",
    "exec",
    "globals()",
    "s.encode()",
    "s.translate({97: 'b'})",
    "long.title().upper().casefold() * 2",
    "'ß' * 100000 + 'ß'",
    "('ß' * 90000).upper()",
    "[f'{x:>999}' for x in L][0] + [f'{x:>999}' for x in many]",
    "{x: {y: 1 for y in L} for x in L}",
]
# Each of these costs far more than its length shows, thousands of times.
REPEATED = [
    "getattr('d.*.v')",
    "is_present('d.*.v')",
    "`$.d.*.v`",
    "`$.L[::1]`",
    "`$.d.*.zz`",
    "L == L[:]",
    "d == {**{}, 'x': 1} or d == dict(d)",
    "nest == [[[[2] * 10] * 10] * 10] * 10",
    "(L, L) == (L[:], L[:])",
    "L < L[:]",
    "4999 in L",
    "[4999] in pairs",
    "pairs.index([4999])",
    "L.count(7)",
    "set(L)",
    "{y for y in L}",
    "set(L) & set(L)",
    "{('a',) * 1000: 1}",
    "(('a',) * 1000,) in {}",
    "{((x,) * 100,)}",
    "dict([[i, i] for i in L])",
    "d.items()",
    "d | d",
    "L * 20",
    "str(d)",
    "'%d %d %d %d' % (x, x, x, x)",
    "('%s' * 1000) % (('a',) * 1000)",
    "'-'.join(words)",
    "mixed.swapcase()",
    "mixed.title()",
    "mixed.replace('aB', 'c')",
    "mixed.split('a')",
    "long.strip('bcdefghijklmnopqrstuvwxyza')",
    "long.find('zz')",
    "long[::-1]",
    "long == mixed * 1",
    "'\U0001f600' * 99_000",
    "[int('9' * 70), 2**255 * 1, 2**254 // 7, float('1e300'), str(1.5)]",
    "[[], {}, {x}, (x,), {x: x}]",
    "[x, s[1:], s.replace('e', 'a'), s.upper(), pathsplit('/a/b'), L[1:3]]",
    "rand() + randint(10) + rand()",
]
HARMLESS = {
    "''": "",
    "getattr(s, '__class__')": "__class__",
    "a.items": 5,
    "{1, 2}": [1, 2],
    "(2 ** 63 - 1) + 0": 2**63 - 1,
    "L[0:1000000000000] == L": True,
    "a.b[-2]": 1,
    "[[[[0]*100]*100]*100]*100 == 1": False,
}
LOOPS = [f"[({text}) for x in words]" for text in REPEATED]
TRIES = 5
# What `yardstick` takes on the quiet two-core machine for which the limits hold.
YARDSTICK_SECONDS = 0.004
MOST_SLOWNESS = 4.0


def outcome(text: str) -> Any:
    """The value, or the error: nothing else may come out."""
    try:
        return expressions.evaluate(expressions.parse(text), DATA, CONTEXT)
    except (FlowError, expressions.ExpressionSyntaxError) as error:
        return error


def yardstick() -> float:
    """CPU time of a fixed piece of Python: a slow or crowded machine needs longer for this, too."""

    def walk(depth: int) -> int:
        return 1 if depth == 0 else walk(depth - 1) + walk(depth - 1)

    started = time.process_time()
    walk(16)
    return time.process_time() - started


def measured(text: str, enough_seconds: float) -> dict[str, Any]:
    """The least CPU time of some tries, as on a quiet machine, and how memory has grown.

    One try is enough if it stays below `enough_seconds`; each is compared with a yardstick taken beside it.
    """
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    spent: list[float] = []
    while not spent or (len(spent) < TRIES and min(spent) > enough_seconds):
        started = time.process_time()
        outcome(text)
        seconds = time.process_time() - started
        is_slow = seconds > enough_seconds
        slowness = min(MOST_SLOWNESS, max(1.0, yardstick() / YARDSTICK_SECONDS)) if is_slow else 1.0
        spent.append(seconds / slowness)
    grown_bytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak_kib) * 1024
    return {"text": text, "seconds": min(spent), "grown_bytes": grown_bytes}


if __name__ == "__main__":
    gc.collect()
    gc.freeze()
    sys.stdout.write(json.dumps([measured(text, float(sys.argv[1])) for text in [*ERRORS, *LOOPS]]))
