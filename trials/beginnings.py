# ruff: noqa: E501  a sentence is one line
"""How each section of a report begins, in both languages; a person goes on from there.

Figures and names stand as `{claim 1 effect}`, so they are the record's whatever is written around them; `<n>` is the
number of the claim.
"""

from trials.proof.payload import Bilingual

BEGINNINGS = {
    "tried": (
        "{solution} of {vendor} was tried for {department} at {venue} from {started} to {ended}.",
        "{vendor}的「{solution}」於{started}至{ended}期間，在{venue}為{department}進行試驗。",
    ),
    "stopped": (
        "The trial was stopped before its end. Reason: {stop reason}",
        "試驗提早中止。原因：{stop reason}",
    ),
    "overall": (
        "Overall verdict: {verdict}. Of {claims}, {met} met, {partly met} partly met, {not met} not met, {inconclusive} inconclusive.",
        "整體結論：{verdict}。共 {claims}：{met} 項達標，{partly met} 項部分達標，{not met} 項未達標，{inconclusive} 項未能定論。",
    ),
    "fell": (
        "It cut {claim <n> metric} by {claim <n> change} ({claim <n> interval}); the claim was {claim <n> target}: {claim <n> verdict}.",
        "「{claim <n> statement}」：實測減少 {claim <n> change}（{claim <n> interval}），承諾為 {claim <n> target}，結論：{claim <n> verdict}。",
    ),
    "rose": (
        "It raised {claim <n> metric} by {claim <n> change} ({claim <n> interval}); the claim was {claim <n> target}: {claim <n> verdict}.",
        "「{claim <n> statement}」：實測增加 {claim <n> change}（{claim <n> interval}），承諾為 {claim <n> target}，結論：{claim <n> verdict}。",
    ),
    "contrary": (
        "Contrary to the claim, the change of {claim <n> metric} in the promised direction was {claim <n> effect} ({claim <n> interval}); the claim was {claim <n> target}: {claim <n> verdict}.",
        "「{claim <n> statement}」：與承諾相反，按承諾方向計的變化為 {claim <n> effect}（{claim <n> interval}），承諾為 {claim <n> target}，結論：{claim <n> verdict}。",
    ),
    "threshold": (
        "The average of {claim <n> metric} was {claim <n> effect} ({claim <n> interval}); the claim was {claim <n> target}: {claim <n> verdict}.",
        "「{claim <n> statement}」：實測平均 {claim <n> effect}（{claim <n> interval}），承諾為 {claim <n> target}，結論：{claim <n> verdict}。",
    ),
    "proportion": (
        "It succeeded in {claim <n> effect} of the cases ({claim <n> interval}); the claim was {claim <n> target}: {claim <n> verdict}.",
        "「{claim <n> statement}」：{claim <n> effect} 的個案成功（{claim <n> interval}），承諾為 {claim <n> target}，結論：{claim <n> verdict}。",
    ),
    "availability": (
        "It worked {claim <n> effect} of the time ({claim <n> interval}); the claim was {claim <n> target}: {claim <n> verdict}.",
        "「{claim <n> statement}」：{claim <n> effect} 的時間正常運作（{claim <n> interval}），承諾為 {claim <n> target}，結論：{claim <n> verdict}。",
    ),
    "acceptance": (
        "Of the users' answers {claim <n> effect} were four or five out of five ({claim <n> interval}); the claim was {claim <n> target}: {claim <n> verdict}.",
        "「{claim <n> statement}」：{claim <n> effect} 的用戶回覆為四分或五分（滿分五分）（{claim <n> interval}），承諾為 {claim <n> target}，結論：{claim <n> verdict}。",
    ),
    "precision": (
        "Of what it reported, {claim <n> effect} was so ({claim <n> interval}); the claim was {claim <n> target}: {claim <n> verdict}.",
        "「{claim <n> statement}」：其報告有 {claim <n> effect} 屬實（{claim <n> interval}），承諾為 {claim <n> target}，結論：{claim <n> verdict}。",
    ),
    "recall": (
        "Of what was so, it reported {claim <n> effect} ({claim <n> interval}); the claim was {claim <n> target}: {claim <n> verdict}.",
        "「{claim <n> statement}」：實際發生的情況中，{claim <n> effect} 獲報告（{claim <n> interval}），承諾為 {claim <n> target}，結論：{claim <n> verdict}。",
    ),
    "specificity": (
        "Of what was not so, it left {claim <n> effect} alone ({claim <n> interval}); the claim was {claim <n> target}: {claim <n> verdict}.",
        "「{claim <n> statement}」：並無發生的情況中，{claim <n> effect} 沒有誤報（{claim <n> interval}），承諾為 {claim <n> target}，結論：{claim <n> verdict}。",
    ),
    "undecided": (
        "No figure can be given for “{claim <n> statement}”. {claim <n> why}",
        "「{claim <n> statement}」：未能得出數字。{claim <n> why}",
    ),
    "unmeasured": (
        "“{claim <n> statement}” was not measured.",
        "「{claim <n> statement}」：未經量度。",
    ),
    "course": (
        "There was {incidents} ({serious incidents}); the trial was {pauses}.",
        "期間{incidents}（{serious incidents}），試驗{pauses}。",
    ),
    "course_many": (
        "There were {incidents} ({serious incidents}); the trial was {pauses}.",
        "期間有 {incidents}（{serious incidents}），試驗{pauses}。",
    ),
    "course_quiet": (
        "There was no incident, and the trial was never paused.",
        "期間沒有事故，試驗亦無暫停。",
    ),
    "pays": (
        "By the figures entered it saves {net saving} a year and has paid for itself after {payback}.",
        "按所輸入的數字，每年淨節省 {net saving}，{payback}可收回成本。",
    ),
    "pays_not": (
        "By the figures entered its running cost is not below what it saves, so it does not pay for itself.",
        "按所輸入的數字，每年運作開支不低於節省，未能收回成本。",
    ),
    "result": (
        "{claim <n> statement}\n{claim <n> result} {claim <n> why}",
        "{claim <n> statement}\n{claim <n> result}{claim <n> why}",
    ),
    "readings": (
        "{readings} readings were used; {flagged readings} of them stand out and are flagged, and none was left out.",
        "共採用 {readings} 個讀數，其中 {flagged readings} 個異常並有標記；所有讀數均予採用。",
    ),
    "wanted": ("What was wanted:", "期望成果："),
    "works": ("How it works:", "運作方式："),
    "at": ("The trial took place at {venue}.", "試驗在{venue}進行。"),
    "in_scale": ("Its scale: {scale}.", "規模：{scale}。"),
    "surroundings": ("Surroundings:", "環境："),
    "access": ("Access:", "進出時間："),
    "required": ("What the solution required there:", "方案對場地的要求："),
    "lasted": (
        "It lasted {days} after {baseline days} of baseline.",
        "基線期 {baseline days}，其後試驗 {days}。",
    ),
    "lasted_alone": ("It lasted {days}, without a baseline.", "試驗為期 {days}，沒有基線期。"),
    "asked": (
        "{claim <n> readings} answers came from users, on a scale from one to five; {claim <n> effect} were four or five ({claim <n> interval}). The mean answer was {claim <n> mean answer}.",
        "共收到 {claim <n> readings} 份用戶回覆（一至五分），{claim <n> effect} 為四分或五分（{claim <n> interval}），平均 {claim <n> mean answer} 分。",
    ),
    "not_asked": (
        "The plan had no claim on what users think, so they were not asked.",
        "試驗計劃沒有關於用戶意見的承諾指標，故未有收集。",
    ),
    "quoted": ("In the words of those who answered:", "填答者的意見："),
    "saves": (
        "Without the solution a year comes to {yearly use} at {price} each. With what was measured, it saves {yearly saving} a year ({yearly saving at least} to {yearly saving at most}).",
        "如不採用方案，每年為 {yearly use}，單價 {price}。按實測結果，每年可節省 {yearly saving}（{yearly saving at least} 至 {yearly saving at most}）。",
    ),
    "saves_else": (
        "What it saves a year, {yearly saving}, was estimated and not measured in this trial.",
        "每年節省 {yearly saving} 屬估算，並非本試驗實測。",
    ),
    "costs": (
        "It costs {outlay} with installation and {running cost} a year to run.",
        "連安裝費用為 {outlay}，每年運作開支 {running cost}。",
    ),
    "not_reckoned": (
        "Cost and benefit were not worked out: no figures of cost were given.",
        "由於沒有成本數字，本報告未有計算成本效益。",
    ),
    "cost_of_trial": ("The trial itself cost {trial cost}.", "試驗本身開支為 {trial cost}。"),
    "suits": (
        "It suits sites like the one described here, used as it was used in this trial.",
        "適合與本報告所述相若的場地，並按試驗方式使用。",
    ),
    "suits_partly": (
        "It may suit sites like the one described here, where less than what was promised is enough.",
        "如可接受低於承諾的成效，或適合與本報告所述相若的場地。",
    ),
    "suits_not": (
        "This trial gives no ground to recommend it for a site like the one described here.",
        "本試驗未能為相若場地採用此方案提供依據。",
    ),
    "untried": (
        "Other kinds of site, other seasons and a larger scale were not tried.",
        "其他類型場地、其他季節及更大規模均未經試驗。",
    ),
    "limits": (
        "One venue, {days} of trial; what holds elsewhere or in another season was not measured.",
        "只限一個場地，試驗為期 {days}；其他地點或季節的表現未經量度。",
    ),
    "departed": ("There were {deviations}; they are listed in this report.", "期間有{deviations}，詳見本報告。"),
    "departed_once": ("There was {deviations}; it is listed in this report.", "期間有{deviations}，詳見本報告。"),
    "conditions": (
        "This report may be cited for {validity} from the day of its publication. It holds for the solution as it was tried and for conditions like those described; a changed product, another use or other conditions need a new trial.\n\nCite it whole or by its reference; a figure is quoted with its interval and the verdict. It is no certificate and no endorsement, and takes the place of no approval that the law requires.",
        "本報告由發布日起計 {validity}內可供引用，只適用於試驗時的方案及與所述相若的條件；產品、用途或條件如有改變，須另作試驗。\n\n引用時請引述全文或註明報告編號；引述數字時須連同置信區間及結論。本報告並非認證或推薦，亦不能代替法例要求的批准。",
    ),
}  # fmt: skip


def begin(name: str, claim: int | None = None) -> Bilingual:
    """:raises KeyError: no such beginning."""
    english, chinese = BEGINNINGS[name]
    if claim is None:
        return Bilingual(english, chinese)
    return Bilingual(english.replace("<n>", str(claim)), chinese.replace("<n>", str(claim)))
