"""A comparison as tables for docs/benchmarks.md."""

import math
from collections.abc import Iterable, Sequence

from innoportal.bench.peers.comparing import NDCG, OURS, Against, Comparison, Estimate, Verdict
from innoportal.bench.peers.judging import ALONE, ENGINE
from matching.engine import evaluate, metrics

SHOWN = {"ndcg@10": "nDCG@10", "recall@10": "recall@10", "recall@100": "recall@100", "mrr": "MRR"}
WAYS = [f"{asks} > {answers}" for asks, answers in evaluate.DIRECTIONS]


def write(found: Comparison) -> str:
    parts = [
        ("### Against the best peer of each set", ratios(found)),
        ("", reach(found)),
        ("", by_set(found)),
        ("### Below the best peer", below(found)),
        ("### Every system", means(found)),
        *(("", systems(found, measure)) for measure in metrics.NAMES),
        *((f"### {arrow(way).capitalize()}", pairs(found, way)) for way in WAYS),
    ]
    return "\n\n".join(block for part in parts for block in part if block) + "\n"


def ratios(found: Comparison) -> str:
    kinds = list(found.ratios())
    rows = []
    for ours in OURS:
        for way in (*WAYS, None):
            by_kind = found.ratios(way, ours)
            cells = [f"**{by_kind[kind]:.3f}**" if kind in by_kind else "–" for kind in kinds]
            rows.append([ours, arrow(way or "both"), *cells])
    return table(["", "direction", *kinds], rows)


def reach(found: Comparison) -> str:
    """How far one could get: what a perfect ranking would have, and how much of its gain is ours."""
    rows = []
    for kind, two in found.reaches().items():
        for one in two:
            row = [kind, f"{one.peer}, the best single one" if one.peer else "the best of each set"]
            row.append(f"{one.perfect:.3f}")
            for ours in OURS:
                known = ours in one.ours
                row += [f"**{one.ours[ours]:.3f}**", percent(one.share(ours))] if known else ["–"] * 2
            rows.append(row)
    heads = [head for ours in OURS for head in (ours, "of the possible gain")]
    return table(["nDCG@10", "divided by that of", "a perfect ranking", *heads], rows)


def by_set(found: Comparison) -> str:
    rows = []
    for (name, way, kind), verdict in found.kinds.items():
        row = [f"`{name}`", arrow(way), kind, f"{verdict.best()} {number(verdict.mean(verdict.best()))}"]
        for ours in OURS:
            row += beside(verdict, ours) if ours in verdict.systems else ["–"] * 3
        rows.append(row)
    heads = ["set", "direction", "", "best peer", *(head for ours in OURS for head in (ours, "ratio", "p"))]
    return table(heads, rows)


def beside(verdict: Verdict, ours: str) -> list[str]:
    return [
        f"**{number(verdict.mean(ours))}**",
        f"{verdict.ratio(ours):.3f}",
        probability(verdict.to_best(ours)),
    ]


def below(found: Comparison) -> str:
    rows = []
    for place, measure, ours in found.below():
        verdict = found.places[place]
        peer, against = verdict.best(measure), verdict.to_best(ours, measure)
        means = [number(verdict.mean(ours, measure)), f"{peer} {number(verdict.mean(peer, measure))}"]
        rows.append([SHOWN[measure], ours, *told(place), *means, *difference(against)])
        rows[-1].append("**yes**" if against.certain else "no")
    heads = ["", "", "set", "direction", "", "ours", "best peer", "difference", "p", "more than noise"]
    return table(heads, rows) if rows else "Nowhere."


def means(found: Comparison) -> str:
    rows = [
        [SHOWN[measure], kind, *(number(values[name]) for name in names(found))]
        for measure in metrics.NAMES
        for kind, values in found.means(measure).items()
    ]
    return table(["mean over sets and directions", "", *names(found)], rows)


def systems(found: Comparison, measure: str) -> str:
    rows = [
        [*told(place), *(cell(verdict, name, measure) for name in names(found))]
        for place, verdict in found.kinds.items()
    ]
    return table([SHOWN[measure], "direction", "", *names(found)], rows)


def cell(verdict: Verdict, name: str, measure: str) -> str:
    """The mean with its interval, and a mark at a peer over which the engine is not surely better."""
    shown = interval(verdict.systems[name][measure])
    if name == ENGINE:
        return shown
    against = verdict.against[ENGINE][name][measure]
    if not against.certain:
        return f"{shown} °"
    return shown if against.difference > 0 else f"{shown} ▲"


def pairs(found: Comparison, way: str) -> str:
    rows = []
    for (name, direction, pair), verdict in found.pairs.items():
        if direction == way:
            row = [f"`{name}`", arrow(pair), f"{verdict.queries:,}"]
            row.append(interval(verdict.systems[ENGINE][NDCG]))
            row.append(f"{number(verdict.mean(verdict.best()))} {verdict.best()}")
            row.append(probability(verdict.to_best(ENGINE)))
            for measure in metrics.NAMES[1:]:
                best = verdict.mean(verdict.best(measure), measure)
                row.append(f"{number(verdict.mean(ENGINE, measure))} / {number(best)}")
            row.append(number(verdict.mean(ALONE)) if ALONE in verdict.systems else "–")
            rows.append(row)
    others = [f"{SHOWN[measure]}: engine / best" for measure in metrics.NAMES[1:]]
    heads = ["set", "languages", "queries", "nDCG@10: engine", "best peer", "p", *others, "pair alone"]
    return table(heads, rows)


def names(found: Comparison) -> list[str]:
    return [name for name in found.judged[0].values if name != ALONE]


def told(place: tuple[str, str, str]) -> list[str]:
    name, way, last = place
    return [f"`{name}`", arrow(way), arrow(last)]


def difference(against: Against) -> list[str]:
    return [f"{against.difference:+.3f}".replace("0.", "."), probability(against)]


def probability(against: Against) -> str:
    return "< .001" if against.p < 0.001 else number(against.p)


def interval(estimate: Estimate) -> str:
    return f"{number(estimate.mean)} ({number(estimate.low)}–{number(estimate.high)})"


def number(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{share:.0%}".replace("%", " %")


def arrow(pair: str) -> str:
    return pair.replace(" > ", " → ")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |".replace("  ", " ") for line in lines)
