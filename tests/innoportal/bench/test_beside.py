import pytest

from innoportal.bench import beside
from innoportal.bench.load import Figures


class Web:
    """Each reading of its clock is a second of processor time later."""

    address = "http://nowhere"

    def __init__(self):
        self.seconds = 0.0

    def cpu(self):
        self.seconds += 1
        return {"web": self.seconds, "postgres": 0.5}


def test_a_ratio_is_that_of_a_turn_so_that_a_busy_minute_counts_once():
    turns = [(10.0, 5.0), (40.0, 20.0), (12.0, 9.0)]
    assert beside.line("trials", turns) == "| trials | 12.0 | 9.0 | 0.50 | 0.50 to 0.75 |"


def test_the_cost_is_processor_time_for_each_request(monkeypatch):
    monkeypatch.setattr(beside, "load", lambda *_asked: Figures(200, 0, 100.0, 1.0, 2.0))
    assert beside.cost(Web(), "/", "", 1) == pytest.approx(5)


@pytest.mark.parametrize("figures", [Figures(10, 1, 1.0, 1.0, 1.0), Figures(0, 0, 0.0, 0.0, 0.0)])
def test_a_failed_request_ends_the_comparison(monkeypatch, figures):
    monkeypatch.setattr(beside, "load", lambda *_asked: figures)
    with pytest.raises(SystemExit, match="failed"):
        beside.cost(Web(), "/", "", 1)
