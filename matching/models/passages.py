"""The nouns of the index in the database: passages that can be found, and what is counted of them.

All of it can be made again from the profiles.
"""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from pgvector.django import HalfVectorField

COUNT = """
INSERT INTO matching_termcount (term, passages)
SELECT term, {sign}count(*) FROM changed, unnest(changed.terms) AS term GROUP BY term;
INSERT INTO matching_passagecount (basis, role, lang, passages, words, mentions)
SELECT basis_id, role, lang, {sign}count(*), {sign}sum(length), {sign}sum(mentions)
FROM changed GROUP BY basis_id, role, lang;
RETURN NULL;
"""


class Basis(models.Model):
    """Where the vectors of an index are measured from; those of two bases do not compare.

    The newest of an engine version that is ready serves. A new one is made beside it.
    """

    engine_version = models.CharField(max_length=40)
    arrays = models.BinaryField()  # centres and spreads of each model and role (npz)
    texts = models.PositiveIntegerField()  # from how many these were taken
    ready_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "basis of the index"
        verbose_name_plural = "bases of the index"
        indexes = [models.Index(fields=["engine_version", "-ready_at"], name="basis_serving")]

    def __str__(self) -> str:
        return f"{self.engine_version} {self.pk}"


class IndexedPassage(models.Model):
    """One language version of one public thing; never changed but for `crowding`.

    Beside the vector's HNSW index, which `index_matching` makes for each basis, role and language.
    Whatever is wide is stored out of line: a search by words reads the place, key and length of tens of
    thousands of rows, and these lie on few pages (migration 0011).
    """

    basis = models.ForeignKey(Basis, models.CASCADE, related_name="passages", db_index=False)
    profile = models.ForeignKey("matching.Profile", models.CASCADE, related_name="passages", db_index=False)
    stamp = models.DateTimeField()  # the profile's `updated_at` when it was read
    key = models.CharField(max_length=24)  # Profile.engine_key
    role = models.PositiveSmallIntegerField()  # place in dense.ROLES
    lang = models.PositiveSmallIntegerField()  # place in text.LANGUAGES
    lot = models.BigIntegerField()  # the passages with the lowest lots of their language are the sample
    # Ids of words and concepts, mixed with basis, role and language: one condition finds one language's.
    terms = ArrayField(models.BigIntegerField())
    length = models.IntegerField()  # words, each as often as it is there
    mentions = models.IntegerField()  # of concepts
    vector = (
        HalfVectorField()
    )  # of all models; inner products with that of a query are their share of the score
    crowding = ArrayField(models.FloatField(), null=True)  # by script that asks; none: not measured yet
    # What is scored (matching.engine.rows).
    words = models.BinaryField()
    concepts = models.BinaryField()
    numbers = models.BinaryField()
    widths = models.BinaryField(default=b"")

    class Meta:
        verbose_name = "indexed passage"
        verbose_name_plural = "indexed passages"
        constraints = [
            models.UniqueConstraint(fields=["profile", "basis", "lang"], name="indexed_passage_once")
        ]
        indexes = [
            # What was written last waits in a list that every look-up of a term reads through.
            GinIndex(fields=["terms"], name="indexed_passage_terms", gin_pending_list_limit=64),
            models.Index(fields=["basis", "role", "lang", "lot"], name="indexed_passage_by_lot"),
            models.Index(fields=["basis", "key"], name="indexed_passage_by_key"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="count_new",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="changed"),
                func=COUNT.format(sign=""),
            ),
            pgtrigger.Trigger(
                name="count_gone",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="changed"),
                func=COUNT.format(sign="-"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.lang}"


class TermCount(models.Model):
    """How many passages hold a term, as a ledger: every change adds rows, and nobody waits for another.

    The sum over a term's rows is the count; from time to time they are made one.
    """

    term = models.BigIntegerField()
    passages = models.IntegerField()

    class Meta:
        verbose_name = "count of a term"
        verbose_name_plural = "counts of terms"
        indexes = [models.Index(fields=["term"], include=["passages"], name="term_count_by_term")]

    def __str__(self) -> str:
        return f"{self.term} {self.passages:+}"


class PassageCount(models.Model):
    """How many passages and words there are, in the same way."""

    basis = models.BigIntegerField(db_index=True)  # outlives it until it is summed up
    role = models.PositiveSmallIntegerField()
    lang = models.PositiveSmallIntegerField()
    passages = models.BigIntegerField()
    words = models.BigIntegerField()
    mentions = models.BigIntegerField()

    class Meta:
        verbose_name = "count of passages"
        verbose_name_plural = "counts of passages"

    def __str__(self) -> str:
        return f"{self.basis}/{self.role}/{self.lang} {self.passages:+}"
