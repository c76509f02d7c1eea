"""The words of the report itself; Simplified Chinese is derived, as everywhere in the portal."""

from functools import cache

import opencc

LANGUAGES = ("en", "zh-hant", "zh-hans")

# name: (English, Traditional Chinese)
WORDS = {
    "brand": ("InnoPortal", "InnoPortal"),
    "kind": ("Trial report", "試驗報告"),
    "independent": (
        "InnoPortal is an independent, open project. It is not affiliated with any government.",
        "InnoPortal 為獨立的開放項目，與任何政府並無關連。",
    ),
    "demonstration": ("Demonstration", "示範"),
    "demonstration_text": (
        "Made to show how the portal works. Trial, people and figures are invented.",
        "僅為展示平台運作而製作；試驗、人物及數字均屬虛構。",
    ),
    "version": ("Version", "版本"),
    "published": ("Published", "發布日期"),
    "overall": ("Overall verdict", "整體結論"),
    "met": ("Met", "達標"),
    "partly_met": ("Partly met", "部分達標"),
    "not_met": ("Not met", "未達標"),
    "inconclusive": ("Inconclusive", "未能定論"),
    "stopped": ("Stopped", "已中止"),
    "contents": ("Contents", "目錄"),
    "at_a_glance": ("At a glance", "概要"),
    "wish": ("Wish", "創科願望"),
    "solution": ("Solution", "創科方案"),
    "trial": ("Field trial", "實地試驗"),
    "department": ("Department", "部門"),
    "vendor": ("Vendor", "供應商"),
    "venue_owner": ("Owner of the venue", "場地擁有人"),
    "partner": ("Partner", "伙伴"),
    "venue": ("Venue", "場地"),
    "trial_dates": ("Trial", "試驗期"),
    "baseline_dates": ("Baseline", "基線期"),
    "scale": ("Kind and scale", "類別及規模"),
    "prototype": ("Prototype test", "原型測試"),
    "pilot": ("Pilot", "先導試驗"),
    "replication": ("Replication", "重複試驗"),
    "claims": ("Claims and results", "承諾指標及結果"),
    "details": ("The claims in detail", "各項承諾指標詳情"),
    "claim": ("Claim", "承諾指標"),
    "baseline": ("Baseline", "基線"),
    "target": ("Target", "目標"),
    "measured": ("Measured", "實測結果"),
    "verdict": ("Verdict", "結論"),
    "interval": (
        "{confidence}\u00a0% interval: {low}\u00a0to\u00a0{high}",
        "{confidence}% 置信區間：{low}\u00a0至\u00a0{high}",
    ),
    "no_result": ("No result", "沒有結果"),
    "method": ("Method", "方法"),
    "metric": ("Metric", "量度項目"),
    "reason": ("Why this verdict", "結論理由"),
    "samples": ("n = {n}", "n = {n}"),
    "p_value": ("p = {p}", "p = {p}"),
    "increase": ("Increase of {target} or more", "增加 {target} 或以上"),
    "decrease": ("Reduction of {target} or more", "減少 {target} 或以上"),
    "at_least": ("{target} or more", "{target} 或以上"),
    "at_most": ("{target} or less", "{target} 或以下"),
    "measurements": ("What was measured", "量度數據"),
    "chart": ("Figure {number}. {metric}", "圖 {number}　{metric}"),
    "chart_note": (
        "{count} measurements in the analysis; {shown} points drawn. The numbers are in the attached data.",
        "分析採用 {count} 次量度；圖中繪出 {shown} 點。數字載於附件數據。",
    ),
    "chart_text": (
        "Line chart of {metric} in {unit} from {first} to {last}. {parts}",
        "{metric}（{unit}）由 {first} 至 {last} 的折線圖。{parts}",
    ),
    "chart_part": (
        "{name}: mean {mean}, from {low} to {high}.",
        "{name}：平均 {mean}，介乎 {low} 至 {high}。",
    ),
    "chart_level": ("{name}: {level}.", "{name}：{level}。"),
    "baseline_series": ("Baseline", "基線期"),
    "trial_series": ("Trial", "試驗期"),
    "baseline_level": ("Baseline mean", "基線平均值"),
    "target_level": ("Target", "目標"),
    "date": ("Date", "日期"),
    "period": ("Period", "時期"),
    "points": ("Points", "點數"),
    "mean": ("Mean", "平均"),
    "lowest": ("Lowest", "最低"),
    "highest": ("Highest", "最高"),
    "plan": ("The locked plan", "已鎖定的試驗計劃"),
    "plan_text": (
        "Claims, method and stop rules were fixed before the first measurement, on {when}.",
        "各項承諾指標、方法及中止規則已於首次量度前（{when}）鎖定。",
    ),
    "plan_hash": ("Fingerprint of the plan", "計劃指紋"),
    "stop_rules": ("Stop rules", "中止規則"),
    "deviations": ("Deviations from the plan", "偏離計劃之處"),
    "incidents": ("Incidents", "事故"),
    "none": ("None was recorded.", "沒有記錄。"),
    "minor": ("Minor", "輕微"),
    "serious": ("Serious", "嚴重"),
    "severity": ("Severity", "程度"),
    "what": ("What happened", "經過"),
    "money": ("Money", "款項"),
    "year": ("Financial year", "財政年度"),
    "budget": ("Budget", "預算"),
    "spent": ("Spent", "實際開支"),
    "vendor_comment": ("The vendor's comment", "供應商意見"),
    "no_comment": ("The vendor made no comment.", "供應商沒有提出意見。"),
    "limits": ("Limits of this report", "本報告的限制"),
    "verification": ("Verification", "獨立驗證"),
    "verifier": ("Verifier", "驗證員"),
    "organisation": ("Organisation", "機構"),
    "statement": ("Statement", "聲明"),
    "interests": ("Declaration of interests", "利益申報"),
    "signed_on": ("Signed", "簽署時間"),
    "signature": ("Signature", "電子簽署"),
    "check": ("Check this report", "核實本報告"),
    "check_text": (
        "Scan the code or open the address. The signed data is attached to this PDF ({file}); anyone can "
        "check it offline with the public key.",
        "掃描二維碼或開啟網址。已簽署的數據附於本 PDF（{file}），任何人均可用公開密鑰離線核實。",
    ),
    "qr": ("QR code of the address {url}", "網址 {url} 的二維碼"),
    "hash": ("Hash (SHA-256)", "雜湊值 (SHA-256)"),
    "data_hash": ("Readings of claim {number} (SHA-256)", "承諾指標 {number} 的讀數 (SHA-256)"),
    "key": ("Key", "密鑰"),
    "algorithm": ("Algorithm", "演算法"),
    "previous": ("Report before this one", "上一份報告"),
    "first": ("None: this is the first.", "沒有；此為首份報告。"),
    "correction": ("This version corrects version {version}", "本版本更正第 {version} 版"),
    "page": ("Page {page} of {pages}", "第 {page} 頁，共 {pages} 頁"),
    "missing_glyphs": (
        "〓 stands for a character that the fonts of this PDF lack; the attached data holds it.",
        "〓 代表本 PDF 字型未有的字元；附件數據載有該字元。",
    ),
    "co_author": ("Co-author of the solution", "方案的共同提案機構"),
    "need": ("The need", "需要"),
    "how": ("The solution", "創科方案"),
    "site": ("Site and conditions", "場地及條件"),
    "results": ("Results", "結果"),
    "course": ("Incidents and downtime", "事故及停用"),
    "pauses": ("Pauses", "暫停"),
    "why": ("Reason", "原因"),
    "no_pause": ("The trial was never paused.", "試驗沒有暫停。"),
    "voices": ("What users say", "用戶意見"),
    "answers_to": ("Answers to claim {number}", "承諾指標 {number} 的回覆"),
    "answer": ("{number} of 5", "{number} 分（滿分 5 分）"),
    "answer_head": ("Answer", "評分"),
    "answers": ("Answers", "回覆數目"),
    "share": ("Share", "比例"),
    "mean_answer": (
        "Mean of {n} answers: {mean} (95 % interval {low} to {high}).",
        "{n} 份回覆平均 {mean} 分（95% 置信區間：{low} 至 {high}）。",
    ),
    "benefit": ("Cost and benefit", "成本效益"),
    "what_of_money": ("A year, in money", "每年款額"),
    "amount": ("Amount", "款額"),
    "per_year": (
        "A year without the solution (metric of claim {number})",
        "不採用方案的全年總量（承諾指標 {number}）",
    ),
    "unit_price": ("Price of one unit", "單價"),
    "other_saving": ("Other saving a year (not measured here)", "其他每年節省（並非本試驗量度）"),
    "yearly_saving": ("Saving a year", "每年節省"),
    "saving_interval": ("Saving a year, 95 % interval", "每年節省（95% 置信區間）"),
    "running_cost": ("Running cost a year", "每年運作開支"),
    "net_saving": ("Net saving a year", "每年淨節省"),
    "outlay": ("Price with installation", "連安裝費用"),
    "payback": ("Payback", "回本期"),
    "years": ("{number} years", "{number} 年"),
    "no_payback": ("Not paid back by these figures", "按以上數字未能收回成本"),
    "basis": ("Where these figures come from", "數字來源"),
    "suits": ("Where it suits and where not", "適用及不適用之處"),
    "conditions": ("Validity and conditions of use", "有效期及使用條件"),
    "valid_until": ("Valid until", "有效期至"),
    "attachment": ("Signed data of this report", "本報告的已簽署數據"),
    "contents_of_series": ("Summary of the points drawn", "圖中各點摘要"),
}


def word(name: str, lang: str, /, **values: object) -> str:
    """
    :raises KeyError: for a name or a language that the report does not have.
    """
    index = {"en": 0, "zh-hant": 1, "zh-hans": 1}[lang]
    text = WORDS[name][index].format(**values)
    return simplified(text) if lang == "zh-hans" else text


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("hk2s")


def simplified(text: str) -> str:
    return _converter().convert(text)
