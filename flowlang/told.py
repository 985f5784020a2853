"""What a check has found in one state, kept with it: it is not looked for again while that stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flowlang.findings import MAX_FINDINGS, Finding, Findings
from flowlang.parts import Part


class Told(NamedTuple):
    """The answer of one check.

    about        what else it depends on
    found        what it found; comparisons and repairs: how many of these it took
    """

    about: object
    found: tuple[Finding, ...]
    comparisons: int
    repairs: int


def once(findings: Findings, part: Part | None, check: str, about: object, work: Callable[[], None]) -> None:
    """Report what `work` finds in one state, or what it found when the same check last looked at it.

    check  its name
    about  what it depends on beside the state and its name; compared by ==
    """
    if again(findings, part, check, about):
        return
    before, comparisons, repairs = len(findings.found), findings.comparisons, findings.repairs
    work()
    used = comparisons - findings.comparisons, repairs - findings.repairs
    if part is not None and _is_within_limits(findings):
        part.told[check] = Told(about, tuple(findings.found[before:]), *used)


def again(findings: Findings, part: Part | None, check: str, about: object) -> bool:
    """Report what the check found when it last looked at the state; False where it is to look anew."""
    known: Told | None = part.told.get(check) if part is not None else None
    if known is None or known.about != about or not _is_like_new(findings, known):
        return False
    if known.found:
        _tell_again(findings, known)
    return True


def _is_like_new(findings: Findings, known: Told) -> bool:
    """Whether the check would find the same again: comparing and repairing is given up after a while."""
    return findings.comparisons > known.comparisons and findings.repairs >= known.repairs


def _is_within_limits(findings: Findings) -> bool:
    is_able = findings.comparisons > 0 and findings.repairs >= 0
    return is_able and all(count < MAX_FINDINGS for count in findings.counts.values())


def _tell_again(findings: Findings, known: Told) -> None:
    findings.comparisons -= known.comparisons
    findings.repairs -= known.repairs
    for finding in known.found:
        severity = finding.problem.severity
        count = findings.counts.get(severity, 0)
        if count < MAX_FINDINGS:
            findings.counts[severity] = count + 1
            findings.found.append(finding)
