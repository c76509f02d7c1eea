from django.contrib import admin

from journal.models import Entry, Ground, Pledge


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    """The logbook can be read here, and by no one be changed."""

    list_display = (
        "at",
        "noun",
        "reference",
        "object_id",
        "verb",
        "from_status",
        "to_status",
        "actor_name",
        "capacity",
    )
    list_filter = ("noun", "verb")
    search_fields = ("reference", "actor_name")
    date_hierarchy = "at"

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Pledge)
class PledgeAdmin(admin.ModelAdmin):
    list_display = ("noun", "step", "answers", "working_days", "debtor")


@admin.register(Ground)
class GroundAdmin(admin.ModelAdmin):
    list_display = ("noun", "verb", "code", "words_en", "words_zh", "is_active")
    list_filter = ("noun", "verb")
