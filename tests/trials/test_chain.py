import threading

import pytest
from django.db import connection

from journal.workflow import IllegalTransition
from tests.factories import UserFactory
from tests.trials import stories
from trials import keys
from trials.models import Report
from trials.proof.chain import verify_chain
from trials.proof.verify import verify


def together(jobs) -> None:
    """Runs each job in a thread of its own, all let go at once."""
    barrier, errors = threading.Barrier(len(jobs)), []

    def run(job):
        try:
            barrier.wait()
            job()
        except Exception as error:  # told below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise ExceptionGroup("of those at once", errors)


def test_reports_published_at_once_form_one_chain_without_a_fork(committed):
    reports = [stories.heard() for _number in range(6)]
    verifiers = [UserFactory(verifier=True) for _report in reports]

    def signing(report, verifier):
        return lambda: stories.sign(Report.objects.get(pk=report.pk), verifier)

    together([signing(*pair) for pair in zip(reports, verifiers, strict=True)])
    chain = list(Report.objects.order_by("published_at"))
    assert verify_chain([report.envelope for report in chain]) == ()
    assert [report.previous_hash for report in chain] == ["", *(report.payload_hash for report in chain[:-1])]
    assert len({report.reference for report in chain}) == 6
    assert len(keys.public_keys()) == 1
    assert all(verify(report.envelope, keys.public_keys()).genuine for report in chain)


def test_of_those_who_sign_one_report_at_once_one_wins(committed):
    report = stories.heard()
    verifiers = [UserFactory(verifier=True) for _number in range(4)]

    def signing(verifier):
        return lambda: stories.sign(Report.objects.get(pk=report.pk), verifier)

    with pytest.raises(ExceptionGroup) as error:
        together([signing(verifier) for verifier in verifiers])
    assert [type(one) for one in error.value.exceptions] == [IllegalTransition] * 3
    report.refresh_from_db()
    assert report.status == Report.Status.PUBLISHED


def test_the_same_file_sent_by_two_at_once_is_taken_once(committed):
    trial = stories.running()
    text, taken = stories.csv_of(), []

    def send():
        taken.append(stories.measure(type(trial).objects.get(pk=trial.pk), text).added)

    together([send, send, send])
    assert sorted(taken) == [0, 0, 40]
    assert trial.measurements.count() == 40
