"""The locked method of each claim, from readings that came in as a file to the finding that is kept."""

from datetime import timedelta
from io import StringIO

import numpy as np
import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.trials import stories
from trials import services
from trials.analysis import FIRST
from trials.living import living
from trials.models import Claim, Trial
from trials.picture import charts
from trials.readings import Unusable
from trials.services import snapshot

pytestmark = pytest.mark.django_db

CHILLER = stories.ENERGY | {"method": "energy_whole", "companion": "outdoor"}
ALARMS = {
    "statement_en": "It reports at least 80 % of the leaks.",
    "metric": "alarm", "unit": "cases", "direction": "at_least", "target": "80",
    "method": "detection", "companion": "leak", "figure": "recall",
}  # fmt: skip


def chiller(days=60):
    """A warmer trial that takes a fifth less than the weather made to be expected."""
    random, first = np.random.default_rng(4), timezone.now() - timedelta(days=2 * days + 1)
    lines = ["metric,at,phase,value"]
    for day in range(2 * days):
        phase = "baseline" if day < days else "trial"
        outdoor = 20 + 6 * np.sin(day / 9) + (1.5 if phase == "trial" else 0)
        used = (100 + 6 * max(0, outdoor - 18)) * (0.8 if phase == "trial" else 1) + random.normal(0, 3)
        at = (first + timedelta(days=day)).isoformat()
        lines += [f"outdoor,{at},{phase},{outdoor:.2f}", f"energy,{at},{phase},{used:.2f}"]
    return "\n".join(lines)


def test_energy_is_judged_beside_the_weather_that_came_with_it():
    trial = stories.measured(claims=[CHILLER], readings=chiller())
    claim = trial.claims.get()
    assert (claim.verdict, claim.result["rule"]) == ("met", "innoportal-verdict/3")
    assert claim.result["estimate"]["effect"] == pytest.approx(20, abs=1.5)
    assert claim.result["parameters"]["model"] == "3PC"
    assert services.recompute(trial) == {"energy": claim.result}


SIDE_BY_SIDE = stories.ENERGY | {"method": "with_without", "control": "c1"}


def pumps(hours=20):
    """Two pumps, each read by a gateway of its own some seconds apart; the control drifts upwards."""
    first = timezone.now().replace(minute=0, second=0) - timedelta(hours=hours)
    lines = ["metric,at,phase,sensor,value"]
    for hour in range(hours):
        at = first + timedelta(hours=hour)
        expected = 100 + hour + stories.WAVE[hour % len(stories.WAVE)]
        lines.append(f"energy,{at.isoformat()},trial,c1,{expected:.2f}")
        lines.append(f"energy,{(at + timedelta(seconds=4.2)).isoformat()},trial,t1,{0.7 * expected:.2f}")
    return "\n".join(lines)


def test_side_by_side_meters_are_judged_whatever_their_clocks_and_the_group_that_was_tried_is_drawn(client):
    trial = stories.measured(claims=[SIDE_BY_SIDE], readings=pumps())
    claim = trial.claims.get()
    assert (claim.verdict, claim.result["n_trial"]) == ("met", 20)
    assert claim.result["estimate"]["effect"] == pytest.approx(30, abs=0.5)
    assert claim.result["parameters"]["seconds_together"] == {"trial": 60}
    assert services.recompute(trial) == {"energy": claim.result}
    tried = [value for _at, value in snapshot.points(claim, "trial")]
    assert len(tried) == 20 and max(tried) < 90
    [chart] = charts(trial, [claim])
    assert max(value for line in chart["series"] for _at, value in line["points"] if value) < 90
    [live] = living(trial, inside=True)["claims"]
    assert max(value for line in live["chart"]["series"] for _at, value in line["points"] if value) < 90
    page = client.get(trial.get_absolute_url()).content.decode()
    assert "meet nine times in ten" in page


def test_a_companion_is_measured_and_nothing_that_no_claim_names():
    trial = stories.running(claims=[CHILLER])
    assert services.metrics_of(trial) == {"energy": "energy_whole", "outdoor": "energy_whole"}
    with pytest.raises(Unusable, match="none of"):
        stories.measure(trial, stories.csv_of("humidity"))


def test_detections_are_judged_beside_what_was_so():
    first = timezone.now() - timedelta(hours=60)
    cases = [(1, 1)] * 38 + [(0, 1)] * 2 + [(0, 0)] * 10
    lines = ["metric,at,phase,value"]
    for number, (said, so) in enumerate(cases):
        at = (first + timedelta(hours=number)).isoformat()
        lines += [f"alarm,{at},trial,{said}", f"leak,{at},trial,{so}"]
    claim = stories.measured(claims=[ALARMS], readings="\n".join(lines)).claims.get()
    assert (claim.verdict, claim.result["estimate"]["effect"]) == ("met", 95)


def test_a_plan_of_the_first_rule_is_judged_by_it():
    trial = stories.running()
    with_first_rule(trial)
    stories.measure(trial)
    services.finish(trial, by=trial.engineer)
    assert trial.claims.get().result["rule"] == FIRST


def with_first_rule(trial: Trial) -> None:
    """As the row was before rules had names in rows; only a migration may touch a locked plan."""
    with pgtrigger.ignore("trials.Trial:locked_plan"):
        Trial.objects.filter(pk=trial.pk).update(rule="")
    trial.refresh_from_db()


def recomputed(reference: str) -> str:
    out = StringIO()
    call_command("recompute_trial", reference, stdout=out)
    return out.getvalue()


def test_recomputing_gives_the_numbers_that_were_kept():
    trial = stories.measured(claims=[CHILLER], readings=chiller())
    assert recomputed(trial.reference) == "energy: the same\n"


def test_recomputing_names_what_is_not_as_it_was_kept():
    trial = stories.measured()
    claim = trial.claims.get()
    Claim.objects.filter(pk=claim.pk).update(result=claim.result | {"readings": 41})
    with pytest.raises(CommandError, match="differ"):
        recomputed(trial.reference)


def test_a_trial_that_is_not_there_is_said_to_be_so():
    with pytest.raises(CommandError, match="no trial T-1999-0001"):
        recomputed("T-1999-0001")


def test_a_running_trial_draws_the_mean_so_far_with_its_interval_and_a_closed_one_its_findings(client):
    trial = stories.running()
    stories.measure(trial)
    client.force_login(trial.engineer, backend="django.contrib.auth.backends.ModelBackend")
    url = trial.get_absolute_url()
    assert client.get(url).content.decode().count("(the band)") == 2  # baseline, trial
    assert "Baseline: mean 100" in client.get(url).content.decode()
    services.finish(trial, by=trial.engineer)
    services.draft_report(trial, by=trial.engineer)
    assert "(the band)" not in client.get(url).content.decode()


def test_the_page_says_what_came_out_in_plain_words(client):
    trial = stories.measured(claims=[CHILLER], readings=chiller())
    page = client.get(trial.get_absolute_url()).content.decode()
    assert "beside what the weather of those days made to be expected" in page
    assert "The whole 95 % interval satisfies the target." in page
    assert "CV(RMSE)" in page
    zh = client.get(trial.get_absolute_url().replace("/en/", "/zh-hant/")).content.decode()
    assert "與按當日天氣推算的預期用量比較，下降" in zh


def test_the_report_signs_the_plain_sentence_the_effect_size_and_the_design(client):
    design = {"sampling_en": "Main meter, hourly.", "instrument": "Meter 7", "certificate": "C-1"}
    report = stories.published(claims=[CHILLER | design], readings=chiller())
    payload = report.envelope["payload"]
    (claim,) = payload["claims"]
    assert claim["reason"]["en"].startswith("It fell by ")
    assert "Effect size: " in claim["reason"]["en"]
    assert "Robust alternative: " in claim["reason"]["en"]
    assert "Model of the baseline: 3PC" in claim["reason"]["en"]
    assert "IPMVP option C" in claim["method"]["en"]
    assert "energy: Main meter, hourly.; Meter 7, C-1" in payload["plan"]["method"]["en"]
