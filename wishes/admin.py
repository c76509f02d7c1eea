from django.contrib import admin

from wishes.models import Kpi, Question, Sponsor, Wish


class KpiInline(admin.TabularInline):
    model = Kpi
    extra = 0


class SponsorInline(admin.TabularInline):
    model = Sponsor
    extra = 0


@admin.register(Wish)
class WishAdmin(admin.ModelAdmin):
    """To look, not to move: the verbs of the workflow are on the portal's own pages."""

    list_display = ("reference", "title_en", "title_zh", "organisation", "status", "published_at")
    list_filter = ("status", "budget")
    list_select_related = ("organisation",)
    search_fields = ("reference", "title_en", "title_zh", "external_id")
    readonly_fields = (
        "key",
        "reference",
        "status",
        "created_by",
        "created_at",
        "published_at",
        "merged_into",
    )
    date_hierarchy = "published_at"
    inlines = (KpiInline, SponsorInline)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Question)
class QuestionAdmin(admin.ModelAdmin):
    """Where an unfit question can be taken away."""

    list_display = ("wish", "text", "asked_at", "answered_at")
    list_select_related = ("wish",)
    search_fields = ("text", "answer")
    readonly_fields = ("wish", "asked_by", "asked_at", "answered_by", "answered_at")

    def has_add_permission(self, request):
        return False
