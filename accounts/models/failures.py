from datetime import timedelta

from django.db import models
from django.utils import timezone

KEPT = timedelta(hours=1)  # longer than any limit looks back


class FailedSignIn(models.Model):
    """A sign-in that did not succeed, of one account or from one network, which a keyed hash stands for.

    In the database and not in the cache: a cache that is restarted, or cleared, gives nobody new tries.
    """

    mark = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "failed sign-in"
        indexes = [models.Index(fields=["mark", "at"], name="failed_sign_in")]

    def __str__(self) -> str:
        return f"{self.mark[:8]} {self.at:%Y-%m-%d %H:%M:%S}"
