import pytest

from solutions.readiness import readiness
from tests.factories import EvidenceFactory, SolutionFactory, TopicFactory

pytestmark = pytest.mark.django_db


def test_what_is_missing_is_named():
    result = readiness(SolutionFactory(summary_en="", title_en="A", trl=None))
    assert (result.said, result.asked, result.share) == (0, 10, 0)
    assert result.missing[0] == "what it does"


def test_a_full_description_is_ready_and_zero_months_is_an_answer():
    solution = SolutionFactory(
        method_zh="量度電流",
        trial_needs=["power"],
        trial_conditions_en="We insure.",
        price="under_100k",
        lead_months=0,
        intellectual_property="Patent pending",
        topics=[TopicFactory()],
    )
    EvidenceFactory(solution=solution, trl=solution.trl)
    assert readiness(solution).missing == ()
    assert readiness(solution).share == 1


def test_evidence_for_another_level_does_not_count():
    solution = SolutionFactory(trl=8)
    EvidenceFactory(solution=solution, trl=6)
    assert "evidence for the readiness level stated" in readiness(solution).missing
