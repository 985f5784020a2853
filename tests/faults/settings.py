"""The shipped settings, with an application that only the fault tests have."""

from config.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.extra"]  # noqa: F405
