"""Who gets what answer at every address; the table is `matrix.txt`, and an address without a row fails."""

from pathlib import Path

import pytest

from tests.security.addresses import CASES, NAMES, address, kinds, methods
from tests.security.world import PEOPLE, World, ask

TABLE = Path(__file__).with_name("matrix.txt")
Row = tuple[str, ...]


def table() -> dict[Row, Row]:
    """(address, thing, method) → one answer for each person, in the order of PEOPLE."""
    lines = [line.split() for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return {tuple(cells[:3]): tuple(cells[3:]) for cells in lines}


def answer(world: World, who: str, case: Row) -> str:
    name, kind, method = case
    response = ask(world.clients[who], method, address(world, name, kind))
    to_sign_in = response.status_code == 302 and "/account/login/" in response["Location"]
    return "login" if to_sign_in else str(response.status_code)


def line(case: Row, answers: Row) -> str:
    name, kind, method = case
    return f"{name:37}{kind:7}{method:5}" + "".join(f"{one:>6}" for one in answers)


def test_every_address_has_its_rows_and_no_row_is_left_over():
    assert set(table()) == set(CASES)


@pytest.mark.parametrize("name", NAMES)
def test_everyone_gets_the_answer_of_the_table(world, name):
    cases = [case for case in CASES if case[0] == name]
    found = [line(case, tuple(answer(world, who, case) for who in PEOPLE)) for case in cases]
    expected = table()
    assert found == [line(case, expected.get(case, ())) for case in cases]


@pytest.mark.parametrize("name", [name for name in NAMES if len(methods(name)) == 1])
def test_a_method_that_an_address_does_not_know_is_refused_even_to_an_administrator(world, name):
    [known] = methods(name)
    other = "POST" if known == "GET" else "GET"
    for kind in kinds(name):
        response = ask(world.clients["administrator"], other, address(world, name, kind))
        assert response.status_code in (401, 403, 404, 405), (kind, response.status_code)
