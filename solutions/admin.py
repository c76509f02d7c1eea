from django.contrib import admin

from solutions.models import Solution


@admin.register(Solution)
class SolutionAdmin(admin.ModelAdmin):
    """To find and to look: what changes a solution are the verbs of its page."""

    list_display = ("reference", "title_en", "title_zh", "organisation", "status", "listed_at")
    list_filter = ("status", "trl")
    list_select_related = ("organisation",)
    search_fields = ("reference", "key", "title_en", "title_zh", "external_id")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
