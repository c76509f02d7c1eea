"""Which names, numbers and domains let two organisations be shown as perhaps one; all names are invented."""

import pytest

from accounts.likeness import DOMAIN, NAME, NUMBER, folded, known, likeness

SAME = [
    ("Blue Harbour Robotics Limited", "BLUE HARBOUR ROBOTICS LTD."),
    ("Blue Harbour Robotics Ltd", "Blue Harbour Robotics (Hong Kong) Co., Ltd."),
    ("Blue Harbour Robotics", "BlueHarbour Robotics"),
    ("Blue Harbour Robotics", "Blue Harbor Robotics"),
    ("Ming Fai Engineering Company Limited", "Ming Fai Eng. Co. Ltd."),
    ("Ming Fai Engineering", "Engineering Ming Fai"),
    ("Lau & Sons Cooling", "Lau and Sons Cooling"),
    ("Ｗａｈ Ｋｅｅ Electric", "Wah Kee Electric Ltd"),
    ("Peak Sense Technologies", "Peak Sense Technology"),
    ("H.K. Lift Care", "HK Lift Care"),
    ("O'Brien Sensors", "OBrien Sensors"),
    ("藍灣機械人有限公司", "蓝湾机械人（香港）有限公司"),
    ("香港藍灣機械人股份有限公司", "藍灣機械人"),
    ("明輝工程公司", "明輝工程有限公司"),
    ("東涌智能電梯科技", "東涌智能電梯科技集團"),
]
OTHERS = [
    ("North Star Engineering", "North Sea Engineering"),
    ("Sunrise Energy", "Sunset Energy"),
    ("Alpha Robotics", "Alpine Robotics"),
    ("City University of Hong Kong", "The University of Hong Kong"),
    ("Testing Laboratory 1 Ltd", "Testing Laboratory 2 Ltd"),
    ("Blue Harbour Robotics", "Blue Harbour Catering"),
    ("Blue Harbour", "Blue Harbour Marine Insurance"),
    ("KTV Ltd", "KTL Ltd"),
    ("Hong Kong Limited", "Company Limited"),
    ("藍灣機械人", "藍海機械人"),
    ("明輝工程有限公司", "明光工程有限公司"),
    ("東涌智能科技有限公司", "西貢智能科技有限公司"),
    ("香港公司", "香港有限公司"),
    ("Department of Roads", "Department of Slopes"),
]


def reasons(one: dict, other: dict) -> tuple[str, ...]:
    return likeness(known(**one), known(**other))


@pytest.mark.parametrize(("one", "other"), SAME)
def test_a_name_written_otherwise_is_found(one, other):
    assert reasons({"names": [one]}, {"names": [other]}) == (NAME,)
    assert reasons({"names": ["Zzz", other]}, {"names": [one, "Qqq"]}) == (NAME,)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_another_firm_of_a_name_not_far_off_is_not_found(one, other):
    assert reasons({"names": [one]}, {"names": [other]}) == ()


def test_a_name_of_legal_words_only_stays_a_name():
    assert folded("Hong Kong Limited") != ""
    assert folded("香港有限公司") != ""


def test_no_name_is_like_no_name():
    assert reasons({"names": ["", " "]}, {"names": [""]}) == ()


def test_a_number_that_both_gave_is_found():
    one = {"names": ["Peak Sense"], "numbers": ["70000001", ""]}
    assert reasons(one, {"names": ["Valley Hum"], "numbers": ["70000001"]}) == (NUMBER,)
    assert reasons(one, {"names": ["Valley Hum"], "numbers": ["70000002", ""]}) == ()


@pytest.mark.parametrize(
    ("address", "website", "is_found"),
    [
        ("chan@peaksense.example", "https://www.peaksense.example/en/", True),
        ("chan@PEAKSENSE.example", "http://peaksense.example:8080", True),
        ("chan@ie.uni.edu.hk", "https://uni.edu.hk", True),
        ("chan@gmail.com", "https://gmail.com", False),
        ("chan@netvigator.com", "https://www.netvigator.com/", False),
        ("chan@emsd.gov.hk", "https://gov.hk", False),
        ("chan@notpeaksense.example", "https://peaksense.example", False),
        ("chan@peaksense.example", "http://[broken", False),
        ("chan@peaksense.example", "", False),
    ],
)
def test_a_domain_of_their_own_is_found_and_one_of_everybody_is_not(address, website, is_found):
    found = reasons({"names": ["A b c"], "addresses": [address]}, {"names": ["X y z"], "website": website})
    assert found == ((DOMAIN,) if is_found else ())
