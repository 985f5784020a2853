"""How expressions are read and evaluated: `flowlang.expressions` is the way in."""
