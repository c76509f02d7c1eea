from django.contrib import admin

from documents.models import Document


@admin.register(Document)
class DocumentAdmin(admin.ModelAdmin):
    """To find and to look; the file itself is fetched through its own address."""

    list_display = (
        "title",
        "noun",
        "object_id",
        "organisation",
        "content_type",
        "size",
        "scan",
        "uploaded_at",
    )
    list_filter = ("scan", "is_confidential")
    list_select_related = ("organisation",)
    search_fields = ("title", "filename", "sha256")
    exclude = ("file",)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
