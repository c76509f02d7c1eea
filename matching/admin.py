from django.contrib import admin

from matching.models import Conflict, Duplicate, Judgement, Match, Profile, Ranker, Review, Term


class ReadOnly(admin.ModelAdmin):
    """What the engine and the workflow write is read here, and changed by no hand."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Match)
class MatchAdmin(ReadOnly):
    list_display = ("key", "wish", "solution", "status", "probability", "rank", "feasibility", "computed_at")
    list_filter = ("status", "feasibility")
    list_select_related = ("wish", "solution")
    search_fields = ("key", "wish__reference", "solution__reference")


@admin.register(Review)
class ReviewAdmin(ReadOnly):
    list_display = ("match", "expert", "verdict", "ground", "round", "at")
    list_filter = ("verdict", "ground")
    list_select_related = ("match", "expert")


@admin.register(Judgement)
class JudgementAdmin(ReadOnly):
    list_display = ("__str__", "kind", "ground", "place", "probability", "at")
    list_filter = ("kind", "ground")


@admin.register(Ranker)
class RankerAdmin(ReadOnly):
    list_display = ("name", "engine_version", "is_active", "created_at", "activated_at")


@admin.register(Term)
class TermAdmin(ReadOnly):
    list_display = ("key", "english", "chinese", "is_active", "changed_at")
    list_filter = ("is_active",)


@admin.register(Profile)
class ProfileAdmin(ReadOnly):
    list_display = ("__str__", "side", "engine_version", "is_public", "updated_at", "matched_at")
    list_filter = ("side", "engine_version", "is_public")
    exclude = ("record",)

    def get_queryset(self, request):
        return super().get_queryset(request).defer("record")


@admin.register(Conflict)
class ConflictAdmin(admin.ModelAdmin):
    list_display = ("expert", "organisation", "reason", "declared_at")
    list_select_related = ("expert", "organisation")


@admin.register(Duplicate)
class DuplicateAdmin(ReadOnly):
    list_display = ("__str__", "status", "likeness", "is_repeat", "found_at", "decided_by")
    list_filter = ("status", "is_repeat")
    list_select_related = (*Duplicate.PLACES, "decided_by")
