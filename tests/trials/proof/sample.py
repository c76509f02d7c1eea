"""One report with every field filled, for the tests of the proof; all of it is invented."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trials.proof.payload import (
    Bilingual,
    Claim,
    Deviation,
    Incident,
    Issuer,
    Money,
    Party,
    Period,
    Plan,
    Point,
    Report,
    Result,
    Series,
    SolutionOf,
    TrialOf,
    Verifier,
    WishOf,
)
from trials.proof.signing import PublicKey, sign

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PUBLIC = PublicKey(KEY.public_key(), datetime(2026, 1, 1, tzinfo=UTC))
KEYS = {PUBLIC.id: PUBLIC}
URL = "https://innoportal.example.org/en/verify/R-2026-0009/"


def points(start: str, days: int, level: float, swing: float) -> tuple[Point, ...]:
    first = datetime.fromisoformat(start).replace(tzinfo=UTC)
    return tuple(
        Point(
            (first + timedelta(days=day)).isoformat(),
            f"{level + swing * math.sin(day * 0.9) + swing * 0.4 * math.cos(day * 2.3):.1f}",
        )
        for day in range(days)
    )


def series(baseline: int = 28, trial: int = 56) -> Series:
    return Series(
        metric=Bilingual("Daily electricity of the fan coil units", "風機盤管每日用電量"),
        unit="kWh/day",
        baseline=points("2026-03-02", baseline, 412, 22),
        trial=points("2026-04-06", trial, 268, 18),
        baseline_level="412.3",
        target_level="288.6",
        measurements=2_016,
    )


def energy() -> Claim:
    return Claim(
        statement=Bilingual(
            "The retrofit cuts the daily electricity of the fan coil units by at least 30 %.",
            "改裝後，風機盤管的每日用電量減少至少 30%。",
        ),
        metric=Bilingual("Daily electricity, normalised for weather", "經天氣修正的每日用電量"),
        unit="kWh/day",
        direction="decrease",
        baseline="412.3",
        target="30",
        target_unit="%",
        method=Bilingual(
            "Regression on cooling degree days (IPMVP option C).", "以冷卻度日作迴歸（IPMVP 方案 C）。"
        ),
        result=Result("34.8", "31.9", "37.6", "95", 84, "0.0004"),
        verdict="met",
        reason=Bilingual("The whole interval lies beyond the target.", "整個置信區間均優於目標。"),
    )


def noise() -> Claim:
    return Claim(
        statement=Bilingual(
            "Noise in occupied rooms stays at or below 42 dB(A).", "使用中房間的噪音不高於 42 dB(A)。"
        ),
        metric=Bilingual("Equivalent sound level over 15 minutes", "15 分鐘等效聲級"),
        unit="dB(A)",
        direction="at_most",
        baseline="44.1",
        target="42",
        target_unit="dB(A)",
        method=Bilingual("Mean of 40 spot readings in eight rooms.", "八個房間共 40 次讀數的平均值。"),
        result=Result("42.3", "41.6", "43.0", "95", 40, None),
        verdict="inconclusive",
        reason=Bilingual("The interval holds the target.", "置信區間包含目標值。"),
    )


def faults() -> Claim:
    return Claim(
        statement=Bilingual("No unit stops for a fault during the trial.", "試驗期間沒有機組因故障停機。"),
        metric=Bilingual("Stops for a fault", "因故障停機次數"),
        unit="",
        direction="at_most",
        baseline=None,
        target="0",
        target_unit="",
        method=Bilingual("Count from the building system's log.", "按樓宇系統記錄點算。"),
        result=Result("2", None, None, None, 24, None),
        verdict="not_met",
        reason=Bilingual(
            "Two controllers lost their address after a power cut.", "兩個控制器在停電後遺失地址。"
        ),
    )


def report(**changes: Any) -> Report:
    fields: dict[str, Any] = {
        "schema": "innoportal-report/1",
        "reference": "R-2026-0009",
        "version": 1,
        "demonstration": True,
        "issuer": Issuer(Bilingual("InnoPortal", "InnoPortal"), "https://innoportal.example.org"),
        "trial": TrialOf(
            "T-2026-0009",
            Bilingual(
                "Fan coil units with permanent-magnet motor and stepless control",
                "採用永磁摩打及無級變速控制的節能盤管風機",
            ),
            "pilot",
            Bilingual("24 units on two office floors", "兩層辦公室共 24 部機組"),
        ),
        "wish": WishOf(
            "W-2026-0042", Bilingual("Less electricity for air-conditioning at night", "減少夜間空調用電")
        ),
        "solution": SolutionOf(
            "S-2026-0107", Bilingual("Stepless fan coil retrofit kit", "盤管風機無級變速改裝套件")
        ),
        "organisations": (
            Party("department", Bilingual("Example Works Department", "示範工程部")),
            Party("vendor", Bilingual("Clearwind Motors Limited", "清風摩打有限公司")),
        ),
        "venues": (Bilingual("Example Government Offices, 5/F and 6/F", "示範政府合署五樓及六樓"),),
        "dates": Period("2026-03-02", "2026-03-29", "2026-04-06", "2026-05-31"),
        "plan": Plan(
            "9f" * 32,
            "2026-02-20T09:30:00+08:00",
            Bilingual(
                "Four weeks of baseline, eight weeks of trial; all units metered.",
                "四週基線期，八週試驗期；所有機組均設電錶。",
            ),
            Bilingual(
                "Stop when a room exceeds 27 °C for two hours.", "任何房間連續兩小時高於 27 °C 即中止。"
            ),
        ),
        "verdict": "partly_met",
        "summary": Bilingual(
            "The saving was larger than promised. Noise was too close to the limit to decide, and two "
            "controllers stopped after a power cut.",
            "節能幅度高於承諾。噪音過於接近上限，未能定論；另有兩個控制器在停電後停機。",
        ),
        "claims": (energy(), noise(), faults()),
        "series": (series(),),
        "deviations": (Deviation("2026-04-20", Bilingual("One meter was replaced.", "更換一個電錶。")),),
        "incidents": (
            Incident(
                "2026-05-11", "minor", Bilingual("Two units stopped for three hours.", "兩部機組停機三小時。")
            ),
        ),
        "money": (Money("2025-26", "HKD", "120000", "96500.50"), Money("2026-27", "HKD", "200000", "188340")),
        "vendor_comment": Bilingual(
            "The address fault is mended in version 2.1 of the controller.",
            "控制器 2.1 版已修正地址遺失的問題。",
        ),
        "verifier": Verifier(
            Bilingual("Ir Dr Chan Siu-ming", "陳小明博士工程師"),
            Bilingual("Example University, Building Services Laboratory", "示範大學屋宇設備實驗室"),
            Bilingual(
                "I drew the results again from the raw measurements and found the same figures.",
                "本人由原始量度數據重新計算，結果一致。",
            ),
            Bilingual(
                "None. No funds or services from either party in five years.",
                "沒有。五年內未曾接受任何一方的款項或服務。",
            ),
            "2026-06-25T16:05:00+08:00",
        ),
        "limits": Bilingual(
            "Two floors of one building, from March to May. The summer peak was not measured.",
            "只限一幢大廈兩層，由三月至五月；未量度夏季高峰。",
        ),
        "published_at": "2026-06-30T10:00:00+08:00",
        "previous_hash": "ab" * 32,
        "corrects": None,
    }
    return Report(**(fields | changes))


def envelope(**changes: Any) -> dict[str, Any]:
    return sign(report(**changes).to_dict(), KEY)
