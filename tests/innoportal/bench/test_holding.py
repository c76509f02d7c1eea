"""What ten minutes of load are summed up to."""

from innoportal.bench.holding import ROUND, WARM, Round, told
from innoportal.bench.load import Figures


def rounds(growth, failed=0):
    """Two pages in turn; `growth` in MB a round, after the process has warmed up."""
    for number in range(20):
        figures = Figures(1000 + number, failed if number == 7 else 0, 150.0 - number, 20.0, 60.0 + number)
        memory = 300 + growth * max(0, number - WARM) + 50 * (number >= WARM)
        yield Round(("list", "search")[number % 2], ROUND * (number + 1), memory, figures)


def test_memory_that_grows_is_told_by_the_hour():
    assert told(list(rounds(0)))["MB an hour"] == 0
    assert told(list(rounds(1)))["MB an hour"] == 3600 / ROUND


def test_of_each_page_the_worst_round_is_told():
    own = told(list(rounds(0, failed=3)))["pages"]
    assert own["list"] == {
        "rounds": 10,
        "answers": 10090,
        "failed": 0,
        "a second, least": 132.0,
        "p95 ms, most": 78.0,
    }
    assert own["search"]["failed"] == 3
