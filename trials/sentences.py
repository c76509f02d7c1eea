# ruff: noqa: E501  a sentence is one line
"""What a report says of its figures, in both languages at once: it is signed, so no catalogue may change it."""

from trials.proof.payload import Bilingual

SENTENCES = {
    "met": (
        "The whole {confidence} % interval satisfies the target.",
        "整個 {confidence}% 置信區間均符合目標。",
    ),
    "partly": (
        "The change lies on the promised side with {confidence} % confidence, and is smaller than promised.",
        "在 {confidence}% 置信水平下，變化方向與承諾一致，但幅度小於承諾。",
    ),
    "not_met": (
        "The whole {confidence} % interval fails the target.",
        "整個 {confidence}% 置信區間均不符合目標。",
    ),
    "open": (
        "The {confidence} % interval holds the target, so the readings do not decide.",
        "{confidence}% 置信區間包含目標值，量度數據未能定論。",
    ),
    "too_few": (
        "Fewer than {enough} moments were measured in a phase that the method needs.",
        "其中一個所需階段的量度次數少於 {enough} 次。",
    ),
    "no_base": (
        "The mean of the baseline is not above zero, so no change in per cent can be given.",
        "基線平均值不大於零，無法以百分比表示變化。",
    ),
    "before_after": (
        "Change of the mean between baseline and trial, in per cent of the baseline; least squares with Newey-West "
        "errors over {lag} readings and fixed-b limits. Readings of several sensors at one moment are averaged.",
        "基線期與試驗期平均值之變化（佔基線百分比）；最小二乘法，Newey-West 標準誤（滯後 {lag} 次）及 fixed-b 臨界值。"
        "同一時刻多個感測器的讀數先取平均。",
    ),
    "threshold": (
        "Mean of the trial against the target; Newey-West errors over {lag} readings and fixed-b limits. Readings "
        "of several sensors at one moment are averaged.",
        "試驗期平均值與目標比較；Newey-West 標準誤（滯後 {lag} 次）及 fixed-b 臨界值。同一時刻多個感測器的讀數先取平均。",
    ),
    "proportion": (
        "Share of successes during the trial with its Wilson interval.",
        "試驗期間成功個案的比例，採用 Wilson 置信區間。",
    ),
    "readings": (
        "{readings} readings were used, {flagged} of them flagged. Data: {hash}.",
        "採用 {readings} 個讀數，其中 {flagged} 個有標記。數據指紋：{hash}。",
    ),
    "summary": (
        "Claims: {claims}. Met: {met}; partly met: {partly_met}; not met: {not_met}; inconclusive: {inconclusive}.",
        "共 {claims} 項承諾指標：{met} 項達標，{partly_met} 項部分達標，{not_met} 項未達標，{inconclusive} 項未能定論。",
    ),
    "stopped": (
        "The trial was stopped before its end. Reason: {reason}",
        "試驗提早中止。原因：{reason}",
    ),
    "limits": (
        "One venue, {days} days of trial; what holds elsewhere or in another season was not measured.",
        "只限一個場地，試驗為期 {days} 日；其他地點或季節的表現未經量度。",
    ),
    "rule": (
        "A claim is met when its whole 95 % interval satisfies the target, partly met when a promised change is "
        "certain but smaller than promised, not met when the whole interval fails the target, and inconclusive "
        "otherwise or with fewer than 10 moments measured in a phase. No reading is left out.",
        "整個 95% 置信區間均符合目標即為「達標」；承諾的變化確實但幅度較小為「部分達標」；整個區間均不符合目標為「未達標」；"
        "其餘情況，或任何階段量度次數少於 10 次，為「未能定論」。所有讀數均予採用。",
    ),
}  # fmt: skip


def both(name: str, **values: object) -> Bilingual:
    """:raises KeyError: no such sentence, or a value is missing."""
    english, chinese = SENTENCES[name]
    return Bilingual(english.format(**values), chinese.format(**values))


def written(text: str) -> Bilingual:
    """What a person wrote in one field, as the language that most of it is in."""
    chinese = sum("\u3400" <= letter <= "\u9fff" for letter in text)
    words = sum(letter.isascii() and letter.isalpha() for letter in text) / 5
    return Bilingual(zh=text) if chinese > words else Bilingual(en=text)


def joined(*texts: Bilingual) -> Bilingual:
    """Paragraph after paragraph in each language, leaving out what is empty."""
    return Bilingual(
        "\n\n".join(text.en.strip() for text in texts if text.en.strip()),
        "\n\n".join(text.zh.strip() for text in texts if text.zh.strip()),
    )
