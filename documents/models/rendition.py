from django.db import models

from documents.models.document import Document, stored_name


class Rendition(models.Model):
    """What was made of a clean document: the public's copy, its words, a picture of its first page.

    Of a confidential one there is no copy: whoever may have it has the file itself.
    """

    document = models.OneToOneField(Document, models.CASCADE, related_name="rendition", primary_key=True)
    copy = models.FileField(upload_to=stored_name, max_length=120, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    picture = models.FileField(upload_to=stored_name, max_length=120, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    words = models.TextField(blank=True)
    excerpt = models.CharField(max_length=300, blank=True)  # where it begins, for a list
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "rendition"
        verbose_name_plural = "renditions"

    def __str__(self) -> str:
        return f"{self.document_id}"
