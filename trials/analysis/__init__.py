"""What the readings say of a claim: values in, a finding out, one module for each method; no Django.

`judging.py` holds the rule, `dependence.py` how likeness of neighbours is allowed for, `samples.py` how long
a trial must run.
"""

from trials.analysis.judging import CHANGES, COMPANIONS, METHODS, SHARES, data_hash, judge, overall
from trials.analysis.series import Columns
from trials.analysis.values import (
    CONFIDENCE,
    ENOUGH,
    FIRST,
    RULE,
    SECOND,
    Analysed,
    Estimate,
    Finding,
    Promise,
    Reading,
)

__all__ = [
    "CHANGES",
    "COMPANIONS",
    "CONFIDENCE",
    "ENOUGH",
    "FIRST",
    "METHODS",
    "RULE",
    "SECOND",
    "SHARES",
    "Analysed",
    "Columns",
    "Estimate",
    "Finding",
    "Promise",
    "Reading",
    "data_hash",
    "judge",
    "overall",
]
