# ruff: noqa: E501  a sentence is one line
"""A finding in a sentence that anyone reads, in both languages at once: it is signed with the report.

Figures are written as the report writes them: to four significant digits, and on their side of the target.
"""

from collections.abc import Mapping
from typing import Any

from trials.analysis import CHANGES, FIRST
from trials.proof.payload import Bilingual
from trials.proof.writing import brief
from trials.sentences import both, joined

Finding = Mapping[str, Any]

FELL, ROSE = ("fell by", "下降"), ("rose by", "上升")
BESIDE = {
    "before_after": ("beside the baseline", "與基線期比較"),
    "with_without": ("beside the units without the solution", "與沒有採用方案的對照組比較"),
    "paired": ("beside the same units before", "與同一批設備之前比較"),
    "energy_whole": (
        "beside what the weather of those days made to be expected",
        "與按當日天氣推算的預期用量比較",
    ),
    "energy_isolated": ("beside what the load made to be expected", "與按負荷推算的預期用量比較"),
}
LEVELS = {
    "threshold": ("On average it was {effect} {unit}", "平均為 {effect} {unit}"),
    "proportion": ("{effect} % of the cases were successes", "{effect}% 的個案成功"),
    "availability": ("It worked {effect} % of the time", "{effect}% 的時間正常運作"),
    "acceptance": ("{effect} % of the answers were four or five out of five", "{effect}% 的回覆為四分或五分（滿分五分）"),
    "precision": ("{effect} % of what it reported was so", "其報告有 {effect}% 屬實"),
    "recall": ("It reported {effect} % of what was so", "實際發生的情況中，{effect}% 獲報告"),
    "specificity": ("It left alone {effect} % of what was not so", "並無發生的情況中，{effect}% 沒有誤報"),
}  # fmt: skip
INTERVAL = (
    " (95 % interval: {low} to {high} {in_unit}).",
    "（95% 置信區間：{low} 至 {high} {in_unit}）。",
)
PROMISED = {
    "change": ("The promise was {target} % or more.", "承諾為 {target}% 或以上。"),
    "at_least": ("The promise was {target} {in_unit} or more.", "承諾為 {target} {in_unit} 或以上。"),
    "at_most": ("The promise was {target} {in_unit} or less.", "承諾為 {target} {in_unit} 或以下。"),
}
SIZES = {
    "hedges_g": ("Hedges' g", "Hedges g"),
    "cohen_dz": ("Cohen's d of the pairs", "配對 Cohen d"),
    "cohen_h": ("Cohen's h beside the target", "與目標比較的 Cohen h"),
    "standardised": ("standard deviations", "標準差倍數"),
}
WAYS = {
    "hodges_lehmann": ("Hodges and Lehmann", "Hodges–Lehmann"),
    "clopper_pearson": ("Clopper and Pearson's exact interval", "Clopper–Pearson 精確區間"),
    "block_bootstrap": ("block bootstrap", "區塊自助法"),
    "huber_block_bootstrap": ("Huber regression and block bootstrap", "Huber 迴歸及區塊自助法"),
}


def sentence(found: Finding, *, direction: str, target: str, unit: str, figure: str = "") -> Bilingual:
    """What was measured beside what was promised; empty where nothing could be estimated."""
    estimate = found.get("estimate")
    if not estimate:
        return Bilingual()
    method = found["method"]
    effect, low, high = (brief(number(estimate[name]), target) for name in ("effect", "low", "high"))
    in_unit = unit if method == "threshold" else "%"
    said = {"effect": effect, "low": low, "high": high, "unit": unit, "in_unit": in_unit}
    promise = _filled(
        PROMISED["change" if method in CHANGES else direction], target=brief(target), in_unit=in_unit
    )
    if method in CHANGES:
        return _strung(_moved(method, direction, effect), _filled(INTERVAL, **said), promise)
    return _strung(_filled(LEVELS[figure or method], **said), _filled(INTERVAL, **said), promise)


def _moved(method: str, direction: str, effect: str) -> Bilingual:
    """Which way it went, and beside what; the effect counts in the promised direction."""
    fell = (direction == "decrease") != effect.startswith("-")
    verb, beside = FELL if fell else ROSE, BESIDE[method]
    size = effect.removeprefix("-")
    return Bilingual(f"It {verb[0]} {size} % {beside[0]}", f"{beside[1]}，{verb[1]} {size}%")


def why(found: Finding) -> Bilingual:
    """The rule's reason for the verdict, with the figures that it turns on."""
    figures = {
        name: brief(number(value)) if isinstance(value, float) else value
        for name, value in found.get("parameters", {}).items()
    }
    return both(found["why"], **{"confidence": 95, "enough": 10, **figures})


def beside(found: Finding) -> Bilingual:
    """Effect size, robust alternative and the fit of a model, which are shown and decide nothing."""
    parts = []
    if size := found.get("size"):
        names = SIZES[size["name"]]
        value = brief(number(size["value"]))
        parts.append(Bilingual(f"Effect size: {value} ({names[0]}).", f"效應量：{value}（{names[1]}）。"))
    if other := found.get("robust"):
        parts.append(_robust(other))
    if "model" in found.get("parameters", {}):
        parts.append(_model(found["parameters"]))
    return Bilingual(" ".join(part.en for part in parts), "".join(part.zh for part in parts))


def _robust(other: Mapping[str, Any]) -> Bilingual:
    effect, low, high = (brief(number(other[name])) for name in ("effect", "low", "high"))
    names = WAYS[other["name"]]
    return Bilingual(
        f"Robust alternative: {effect} ({low} to {high}; {names[0]}).",
        f"穩健估計：{effect}（{low} 至 {high}；{names[1]}）。",
    )


def _model(known: Mapping[str, Any]) -> Bilingual:
    fit = {name: brief(number(known[name])) for name in ("cv_rmse", "nmbe")}
    return both("model", model=known["model"], **fit)


def method(found: Finding) -> Bilingual:
    """How it was reckoned."""
    if found.get("rule", FIRST) == FIRST:
        return both(found["method"], lag=(found.get("estimate") or {}).get("lag") or "–")
    return both(f"{found['method']}/2")


def reason(found: Finding, said: Bilingual) -> Bilingual:
    """Why the verdict is what it is, as the report prints it; `said` is the plain sentence."""
    if found.get("rule", FIRST) == FIRST:
        return why(found)
    return joined(_strung(said, why(found)), beside(found))


def number(value: float) -> str:
    """Six significant digits as a plain decimal."""
    text = f"{float(f'{value:.6g}'):.12f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _filled(texts: tuple[str, str], **values: object) -> Bilingual:
    return Bilingual(*(text.format(**values) for text in texts))


def _strung(*parts: Bilingual) -> Bilingual:
    """In one paragraph."""
    found = [part for part in parts if part]
    english = " ".join(part.en for part in found).replace("  ", " ")
    return Bilingual(english.strip(), "".join(part.zh for part in found).replace(" %", "%"))
