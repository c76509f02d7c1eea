"""The figures of a report by name, and which of them another version says otherwise."""

from typing import Any

from trials.proof.parts import Changed

OF_BENEFIT = ("saving", "saving_low", "saving_high", "net", "payback_years")
OF_RESULT = ("effect", "low", "high")


def figures(report: Any) -> dict[str, str]:
    """Each figure that a reader takes away, by its path in the payload; lists of events by their number."""
    found = {"verdict": report.verdict}
    for place, claim in enumerate(report.claims):
        at, result = f"claims[{place}]", claim.result
        named = {"verdict": claim.verdict, "baseline": claim.baseline}
        if result:
            named |= {f"result.{name}": getattr(result, name) for name in OF_RESULT}
            named |= {"result.n": str(result.n)}
        found |= {f"{at}.{name}": value for name, value in named.items() if value is not None}
    found |= {f"money[{place}].spent": one.spent for place, one in enumerate(report.money)}
    found |= {f"voices[{place}].mean": one.mean for place, one in enumerate(getattr(report, "voices", ()))}
    if benefit := getattr(report, "benefit", None):
        named = {f"benefit.{name}": getattr(benefit, name) for name in OF_BENEFIT}
        found |= {path: value for path, value in named.items() if value is not None}
    return found | {name: str(len(getattr(report, name))) for name in ("incidents", "deviations")}


def changed(old: Any, new: Any) -> tuple[Changed, ...]:
    """What the new version says otherwise, in the order of the report."""
    before, now = figures(old), figures(new)
    return tuple(
        Changed(path, before.get(path), now.get(path))
        for path in now | before
        if before.get(path) != now.get(path)
    )
