"""A short survey of staff and users on site, answered by scanning a code, without an account.

Nothing here tells who answered: no address of a network or a device, no time of day, and words of one's own
stand apart from the marks that were given with them.
"""

import hashlib
import hmac
import secrets
from datetime import date

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innoportal.languages import Bilingual
from trials.models.claim import Claim
from trials.models.trial import Trial

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is taken for another on a poster
LENGTH, CODE_LENGTH = 6, 8
MOST_QUESTIONS = 5
FEWEST = 5  # answers of a group, below which it is not shown apart


def drawn(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _number in range(length))


def new_address() -> str:
    return drawn(LENGTH)


class Survey(models.Model):
    """Open between `opened_at` and `closed_at`, until its last day, while its trial goes on."""

    class Counting(models.TextChoices):
        DEVICE = "device", _("Once for each device, by a cookie")
        CODES = "codes", _("Once for each printed code")

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="surveys")
    code = models.CharField(max_length=12, unique=True, default=new_address, editable=False)  # of its address
    counting = models.CharField(
        _("what counts as once"), max_length=8, choices=Counting, default=Counting.DEVICE
    )
    intro_en = models.CharField(_("what it is about, in English"), max_length=400, blank=True)
    intro_zh = models.CharField(_("what it is about, in Traditional Chinese"), max_length=400, blank=True)
    last_on = models.DateField(_("last day for answers"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    intro = Bilingual()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(opened_at__isnull=False), name="survey_closed_after_opened"
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def sensor(self) -> str:
        """The name that its readings bear."""
        return f"survey-{self.code}"

    def takes_answers(self, trial: Trial, today: date) -> bool:
        is_open = self.opened_at is not None and self.closed_at is None
        return (
            is_open and today <= self.last_on and trial.status in (Trial.Status.RUNNING, Trial.Status.PAUSED)
        )

    def hash_of(self, secret: str) -> str:
        """Keyed with a secret of the portal: a code of eight letters could be guessed from a plain hash."""
        words = f"{self.pk}:{secret}".encode("utf-8", "replace")
        return hmac.new(settings.SECRET_KEY.encode(), words, hashlib.sha256).hexdigest()


class SurveyQuestion(models.Model):
    """What is asked. An answer with a metric becomes a reading of the claim that has it."""

    class Kind(models.TextChoices):
        SCALE = "scale", _("From 1 to 5")
        YES = "yes", _("Yes or no")
        TEXT = "text", _("Words of one's own")
        ROLE = "role", _("Who answers: staff or user")

    # The method by which a claim reads answers of that kind.
    READ_BY = {Kind.SCALE: Claim.Method.ACCEPTANCE, Kind.YES: Claim.Method.PROPORTION}

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("kind of answer"), max_length=8, choices=Kind)
    metric = models.SlugField(_("metric of the claim that it answers"), max_length=40, blank=True)
    text_en = models.CharField(_("question, in English"), max_length=200)
    text_zh = models.CharField(_("question, in Traditional Chinese"), max_length=200)

    text = Bilingual()

    class Meta:
        verbose_name = _("question of a survey")
        verbose_name_plural = _("questions of surveys")
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "metric"], condition=~Q(metric=""), name="survey_metric_once"
            ),
            models.UniqueConstraint(fields=["survey"], condition=Q(kind="role"), name="survey_role_once"),
            models.CheckConstraint(
                condition=Q(metric="") | Q(kind__in=["scale", "yes"]), name="survey_metric_is_measured"
            ),
        ]

    def __str__(self) -> str:
        return str(self.text)


class SurveyCode(models.Model):
    """A printed code that answers once. Which answer it gave is not kept, only that it was used."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="codes")
    key_hash = models.CharField(max_length=64)
    is_used = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("code of a survey")
        verbose_name_plural = _("codes of surveys")
        constraints = [models.UniqueConstraint(fields=["survey", "key_hash"], name="survey_code_once")]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.pk}"


class Respondent(models.TextChoices):
    STAFF = "staff", _("Staff")
    USER = "user", _("User")


class SurveyAnswer(models.Model):
    """One person's marks, by question; the day, not the hour."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="answers")
    ticket_hash = models.CharField(max_length=64)  # of the page that was answered: sent twice, it counts once
    on = models.DateField()
    role = models.CharField(max_length=8, choices=Respondent, blank=True)
    given = models.JSONField(default=dict)  # number of the question → 1 to 5, or 1 and 0
    entered_on = models.DateField(null=True, blank=True)  # when it became readings

    class Meta:
        verbose_name = _("answer to a survey")
        verbose_name_plural = _("answers to surveys")
        constraints = [models.UniqueConstraint(fields=["survey", "ticket_hash"], name="survey_ticket_once")]
        triggers = [
            pgtrigger.ReadOnly(
                name="survey_answer_is_as_given", fields=["survey", "ticket_hash", "on", "role", "given"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.on}"


class VoiceQuerySet(models.QuerySet):
    def released(self) -> "VoiceQuerySet":
        return self.filter(is_released=True)

    def waiting(self) -> "VoiceQuerySet":
        return self.filter(is_released=None)


class Voice(models.Model):
    """What somebody wrote. Nobody but those who run the trial reads it until they release it."""

    question = models.ForeignKey(SurveyQuestion, models.CASCADE, related_name="voices")
    text = models.TextField(_("as written"), max_length=600)
    on = models.DateField()
    role = models.CharField(max_length=8, choices=Respondent, blank=True)
    is_released = models.BooleanField(null=True)  # None: nobody has decided
    shown = models.TextField(_("as it is shown"), max_length=600, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = VoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("voice")
        verbose_name_plural = _("voices")
        constraints = [
            models.CheckConstraint(
                condition=~Q(is_released=True) | ~Q(shown=""), name="voice_released_says_something"
            )
        ]
        triggers = [pgtrigger.ReadOnly(name="voice_is_as_written", fields=["question", "text", "on", "role"])]

    def __str__(self) -> str:
        return self.shown[:60]
