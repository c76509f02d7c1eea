# ruff: noqa: E501  a sentence is one line
"""What a report says of its figures, in both languages at once: it is signed, so no catalogue may change it."""

from collections.abc import Sequence

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
    "before_after/2": (
        "Change of the mean between baseline and trial, in per cent of the baseline. The likeness of neighbouring "
        "readings is allowed for by their effective number and by Newey and West's error after prewhitening, "
        "whichever is larger; limits by Welch and Satterthwaite. Readings of several sensors at one moment are averaged.",
        "基線期與試驗期平均值之變化（佔基線百分比）。相鄰讀數的相關性以有效樣本數及預白化 Newey-West 標準誤計算，取較大者；"
        "臨界值按 Welch–Satterthwaite。同一時刻多個感測器的讀數先取平均。",
    ),
    "with_without/2": (
        "Units with the solution beside a control group at the same moments, in per cent of the control; where both "
        "have a baseline, what they differed by before is taken out. Errors as for before and after.",
        "同一時刻比較採用方案的設備與對照組（佔對照組百分比）；如兩組均有基線，先扣除原有差異。標準誤計算與前後比較相同。",
    ),
    "paired/2": (
        "Each unit beside itself before and with the solution, in per cent; the error by the deviations of the pairs, "
        "limits by Student.",
        "逐一比較同一設備採用方案前後的變化（百分比）；標準誤按各對偏差計算，臨界值按 Student t 分佈。",
    ),
    "energy_whole/2": (
        "Energy of each day beside what a change-point model of the baseline expects at that day's outdoor temperature "
        "(IPMVP option C; 2 to 5 parameters, chosen by the Bayesian information criterion). The model must keep to "
        "ASHRAE Guideline 14: CV(RMSE) and NMBE; the error counts the model's own and the likeness of neighbouring days.",
        "每日用電與基線變點模型按當日室外溫度推算的預期用量比較（IPMVP 方案 C；2 至 5 個參數，按貝氏資訊準則選取）。"
        "模型須符合 ASHRAE Guideline 14 的 CV(RMSE) 及 NMBE 限值；誤差計及模型本身及相鄰日子的相關性。",
    ),
    "energy_isolated/2": (
        "Energy of each day beside what a straight line of the baseline expects at that day's load (IPMVP option B). "
        "The model must keep to ASHRAE Guideline 14: CV(RMSE) and NMBE; errors as for option C.",
        "每日用電與基線直線模型按當日負荷推算的預期用量比較（IPMVP 方案 B）。模型須符合 ASHRAE Guideline 14 的 CV(RMSE) 及 "
        "NMBE 限值；誤差計算與方案 C 相同。",
    ),
    "threshold/2": (
        "Mean of the trial against the target. The likeness of neighbouring readings is allowed for by their effective "
        "number and by Newey and West's error after prewhitening, whichever is larger.",
        "試驗期平均值與目標比較。相鄰讀數的相關性以有效樣本數及預白化 Newey-West 標準誤計算，取較大者。",
    ),
    "proportion/2": (
        "Share of successes during the trial with Wilson's interval.",
        "試驗期間成功個案的比例，採用 Wilson 置信區間。",
    ),
    "detection/2": (
        "Reports beside what was truly so, case by case; precision, recall and specificity with Wilson's intervals.",
        "逐宗比較報告與實況；精確率、召回率及特異度均採用 Wilson 置信區間。",
    ),
    "availability/2": (
        "Share of time that it worked, with Wilson's interval over the effective number of readings, because outages last.",
        "正常運作時間的比例；因故障會持續，Wilson 置信區間按有效讀數數目計算。",
    ),
    "acceptance/2": (
        "Share of answers of four or five on a scale from one to five, with Wilson's interval.",
        "五分制中四分或五分回覆的比例，採用 Wilson 置信區間。",
    ),
    "too_few_moments_of_both": (
        "Both groups were measured together at fewer than {enough} moments of a phase.",
        "兩組在某階段同時量度的次數少於 {enough} 次。",
    ),
    "too_few_pairs": (
        "Fewer than {enough} units were measured both before and with the solution.",
        "採用方案前後均有量度的設備少於 {enough} 部。",
    ),
    "too_few_days": (
        "Fewer than {enough} days of a phase have both energy and what it is normalised by.",
        "某階段同時有用電及修正因素數據的日子少於 {enough} 日。",
    ),
    "too_few_cases": (
        "Fewer than {enough} cases bear on the figure that was promised.",
        "與所承諾指標有關的個案少於 {enough} 宗。",
    ),
    "model_unfit": (
        "The model of the baseline does not keep to the limits of ASHRAE Guideline 14: CV(RMSE) {cv_rmse} % (at most "
        "{limit_cv_rmse} %), NMBE {nmbe} % (within {limit_nmbe} %).",
        "基線模型未能符合 ASHRAE Guideline 14 限值：CV(RMSE) {cv_rmse}%（上限 {limit_cv_rmse}%），NMBE {nmbe}%"
        "（±{limit_nmbe}% 以內）。",
    ),
    "extrapolates": (
        "On {outside} % of the trial's days the conditions lay outside those of the baseline, so its model cannot "
        "say what to expect.",
        "試驗期內有 {outside}% 的日子，其狀況超出基線期範圍，模型無法推算預期用量。",
    ),
    "model": (
        "Model of the baseline: {model}; CV(RMSE) {cv_rmse} %, NMBE {nmbe} %.",
        "基線模型：{model}；CV(RMSE) {cv_rmse}%，NMBE {nmbe}%。",
    ),
    "rule/2": (
        "A claim is met when its whole 95 % interval satisfies the target, partly met when a promised change is "
        "certain but smaller than promised, not met when the whole interval fails the target, and inconclusive "
        "otherwise, with fewer than 10 moments, cases or pairs that its method needs, or where the model that the method "
        "rests on does not fit. Effect size and robust alternative are shown and decide nothing. No reading is left out.",
        "整個 95% 置信區間均符合目標即為「達標」；承諾的變化確實但幅度較小為「部分達標」；整個區間均不符合目標為「未達標」；"
        "其餘情況，或所需的量度、個案或配對少於 10 項，或方法所依據的模型並不吻合，為「未能定論」。效應量及穩健估計僅供參考，"
        "不影響結論。所有讀數均予採用。",
    ),
    "rule/3": (
        "A claim is met when its whole 95 % interval satisfies the target, partly met when a promised change is "
        "certain but smaller than promised, not met when the whole interval fails the target, and inconclusive "
        "otherwise, with fewer than 10 moments, cases or pairs that its method needs, or where the model that the method "
        "rests on does not fit. Effect size and robust alternative are shown and decide nothing. No reading is "
        "left out. Readings of sensors that keep no common time are put together by the shortest of a moment, a minute, a quarter "
        "of an hour, an hour and a day in which they meet nine times in ten.",
        "整個 95% 置信區間均符合目標即為「達標」；承諾的變化確實但幅度較小為「部分達標」；整個區間均不符合目標為「未達標」；"
        "其餘情況，或所需的量度、個案或配對少於 10 項，或方法所依據的模型並不吻合，為「未能定論」。效應量及穩健估計僅供參考，"
        "不影響結論。所有讀數均予採用。各感應器時鐘不一致時，讀數按同一刻、一分鐘、一刻鐘、一小時或一日之中最短而能令"
        "九成讀數對應的時段合併計算。",
    ),
    "attested": (
        "The portal checked on {day}: the verifier belongs neither to the vendor nor to a co-author of the solution nor "
        "to the department, is not the engineer of the trial, and did not write the report.",
        "平台於 {day} 核對：驗證員不屬供應商、方案的共同提案機構或部門，並非試驗工程師，亦沒有撰寫報告。",
    ),
    "attested_engineer": (
        "First signature: the trial engineer, on {day}, over the fingerprint {hash}. Second signature: the verifier.",
        "第一簽署：試驗工程師，{day}，指紋 {hash}。第二簽署：驗證員。",
    ),
    "attested_office": (
        "First signature: the portal office, on {day}, over the fingerprint {hash}. Second signature: the verifier.",
        "第一簽署：平台辦事處，{day}，指紋 {hash}。第二簽署：驗證員。",
    ),
    "unheard": (
        "The vendor could comment from {first} to {last} and made no comment.",
        "供應商可於 {first} 至 {last} 期間提出意見，但沒有提出。",
    ),
    "heard_earlier": (
        "On an earlier draft, of {day}. The vendor could comment on the draft of {again}, too, and did not.",
        "以下意見就較早的草稿於 {day} 提出；供應商亦可就 {again} 的草稿提出意見，但沒有提出。",
    ),
    "signed_department": (
        "The plan was signed for the department on {day}.",
        "計劃於 {day} 由部門簽署。",
    ),
    "signed_vendor": (
        "The plan was signed for the vendor on {day}.",
        "計劃於 {day} 由供應商簽署。",
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
    pairs = {key: value for key, value in values.items() if isinstance(value, Bilingual)}
    return Bilingual(
        english.format(**values | {key: said.en for key, said in pairs.items()}),
        chinese.format(**values | {key: said.zh for key, said in pairs.items()}),
    )


def joined(*texts: Bilingual) -> Bilingual:
    """Paragraph after paragraph in each language, leaving out what is empty."""
    return Bilingual(
        "\n\n".join(text.en.strip() for text in texts if text.en.strip()),
        "\n\n".join(text.zh.strip() for text in texts if text.zh.strip()),
    )


def joined_in_line(texts: Sequence[Bilingual]) -> Bilingual:
    """Names one after the other, as a list in a sentence; where one language lacks a name, the other's."""
    english, chinese = ([one.en or one.zh for one in texts], [one.zh or one.en for one in texts])
    return Bilingual(_listed(english, ", ", " and "), _listed(chinese, "、", "及"))


def _listed(names: Sequence[str], comma: str, last: str) -> str:
    return last.join([comma.join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
