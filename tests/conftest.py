"""What all tests share."""

import os

from hypothesis import settings

# Deadlines measure the machine, not the code; the number of examples bounds the time.
settings.register_profile("suite", deadline=None, max_examples=50, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
