import django.contrib.postgres.fields
from django.db import migrations, models

# (noun, step) → answers, paused by, goes on with, who answers meanwhile, what leaves nothing to answer, days, debtor
PLEDGES = {
    ("wishes.wish", "submit"): (["endorse", "send_back"], [], [], "", ["withdraw"], 5, "department"),
    ("wishes.wish", "endorse"): (
        ["publish", "merge"], ["return"], ["endorse"], "department", ["withdraw"], 10, "office",
    ),
    ("solutions.solution", "submit"): (["acknowledge"], [], [], "", ["withdraw"], 2, "office"),
    ("solutions.solution", "acknowledge"): (
        ["list", "refuse"], ["return"], ["submit"], "vendor", ["withdraw"], 10, "office",
    ),
    ("solutions.solution", "reconsider"): (
        ["list", "refuse"], ["return"], ["submit"], "vendor", ["withdraw"], 10, "office",
    ),
    ("matching.match", "shortlist"): (["review", "decline"], [], [], "", [], 10, "office"),
    ("matching.match", "reopen"): (["review", "decline"], [], [], "", [], 10, "office"),
    ("matching.match", "review"): (
        ["approve", "decline"], ["want"], ["review"], "parties", [], 30, "expert",
    ),
}  # fmt: skip

# What may be said of a refusal; `other` closes every list.
LACKING = ("incomplete", "Something needed is missing", "欠缺所需資料")
DUPLICATE = ("duplicate", "The portal holds the same already", "平台已有相同項目")
SCOPE = ("out_of_scope", "Outside what the portal is for", "不屬平台範圍")
OTHER = ("other", "Another reason", "其他原因")
CHANGED = ("changed", "The need or the plans have changed", "需要或計劃有變")
GROUNDS = {
    ("wishes.wish", "send_back"): [
        LACKING,
        ("unclear", "The need or the outcome is not clear", "需要或期望成果不清晰"),
        ("budget", "No budget stands behind it", "未有預算支持"),
        ("not_now", "Not the right time for the department", "現時並非部門適合推行的時間"),
    ],
    ("wishes.wish", "return"): [
        LACKING,
        ("unclear", "The need or the outcome is not clear", "需要或期望成果不清晰"),
        ("not_measurable", "Success cannot be measured as it stands", "現有寫法無法量度成效"),
        ("site", "The site or its conditions are not known", "未知場地或其條件"),
        ("product", "It asks for a product, not for an outcome", "指定產品而非期望成果"),
    ],
    ("wishes.wish", "withdraw"): [
        CHANGED,
        ("solved", "Solved in another way", "已用其他方法解決"),
        ("budget", "No budget any more", "再無預算"),
        ("no_site", "No site for a trial", "沒有試驗場地"),
        DUPLICATE,
        SCOPE,
    ],
    ("solutions.solution", "return"): [
        LACKING,
        ("evidence", "The readiness is not shown by evidence", "未有證據支持技術成熟程度"),
        ("trial", "What a trial needs is not clear", "試驗所需條件不清晰"),
        ("safety", "Safety or compliance is not answered", "未有交代安全或合規事宜"),
        ("budget", "The price of a trial is not clear", "試驗費用不清晰"),
    ],
    ("solutions.solution", "refuse"): [
        ("not_feasible", "Not feasible yet", "暫未可行"),
        SCOPE,
        DUPLICATE,
        LACKING,
        ("safety", "Safety or compliance", "安全或合規問題"),
        ("budget", "Its cost is out of proportion", "費用不合比例"),
        ("no_site", "No site can give what a trial needs", "沒有場地能提供試驗所需條件"),
    ],
    ("solutions.solution", "withdraw"): [
        ("not_offered", "No longer offered", "不再提供"),
        ("newer", "A newer solution takes its place", "已由較新方案取代"),
        ("rights", "Rights or contracts do not allow it", "權利或合約所限"),
        DUPLICATE,
        SCOPE,
    ],
    ("matching.match", "decline"): [
        ("off_topic", "Does not answer the need", "未能回應需要"),
        ("not_ready", "Not ready enough", "技術未夠成熟"),
        ("cost", "Cost outside the budget", "費用超出預算"),
        ("site", "Does not suit the site", "不適合場地"),
        ("safety", "Safety or compliance", "安全或合規問題"),
        ("duplicate", "Already tried", "已經試過"),
        ("unclear", "Information is missing", "欠缺資料"),
    ],
    ("matching.match", "close"): [
        ("done", "The trial is over", "試驗已完成"),
        CHANGED,
        ("no_site", "No site for a trial", "沒有試驗場地"),
        ("budget", "No budget any more", "再無預算"),
        ("safety", "Safety or compliance", "安全或合規問題"),
    ],
}  # fmt: skip


def fill(apps, schema_editor):
    pledges, grounds = apps.get_model("journal", "Pledge"), apps.get_model("journal", "Ground")
    for (noun, step), row in PLEDGES.items():
        answers, paused_by, resumed_by, awaited, ends, days, debtor = row
        pledge, is_new = pledges.objects.get_or_create(
            noun=noun, step=step, defaults={"answers": answers, "working_days": days, "debtor": debtor}
        )
        pledge.answers, pledge.ends, pledge.awaited = answers, ends, awaited  # days stay as they were set
        pledge.paused_by, pledge.resumed_by = paused_by, resumed_by
        pledge.save()
    grounds.objects.bulk_create(
        grounds(noun=noun, verb=verb, code=code, words_en=en, words_zh=zh, position=position)
        for (noun, verb), rows in GROUNDS.items()
        for position, (code, en, zh) in enumerate([*rows, OTHER], 1)
    )


def text_array(label):
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name=label
    )


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_pledges")]
    operations = [
        migrations.AddField("pledge", "paused_by", text_array("paused by")),
        migrations.AddField("pledge", "resumed_by", text_array("goes on with")),
        migrations.AddField("pledge", "ends", text_array("needs no answer after")),
        migrations.AddField(
            "pledge",
            "awaited",
            models.CharField(blank=True, max_length=24, verbose_name="who answers while it is paused"),
        ),
        migrations.CreateModel(
            name="Ground",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("noun", models.CharField(max_length=64, verbose_name="noun")),
                ("verb", models.CharField(max_length=40, verbose_name="verb")),
                ("code", models.SlugField(max_length=24, verbose_name="code")),
                ("words_en", models.CharField(max_length=120, verbose_name="words in English")),
                ("words_zh", models.CharField(max_length=120, verbose_name="words in Traditional Chinese")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("is_active", models.BooleanField(default=True, verbose_name="may be chosen")),
            ],
            options={
                "verbose_name": "ground of a refusal",
                "verbose_name_plural": "grounds of refusals",
                "constraints": [models.UniqueConstraint(fields=("noun", "verb", "code"), name="ground_once")],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
