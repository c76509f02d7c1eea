from django.contrib import admin

from trials.models import Claim, Erratum, LogEntry, Measurement, Report, Trial, Venue


@admin.register(Venue)
class VenueAdmin(admin.ModelAdmin):
    list_display = ("name_en", "name_zh", "organisation", "district_en")
    search_fields = ("name_en", "name_zh")
    prepopulated_fields = {"slug": ("name_en",)}


class ReadOnly(admin.ModelAdmin):
    """What a trial or a report goes through happens on its pages, where the journal writes it down."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Trial)
class TrialAdmin(ReadOnly):
    list_display = ("slug", "status", "kind", "venue", "starts_on", "ends_on", "engineer")
    list_filter = ("status", "kind")
    list_select_related = ("venue", "engineer")
    search_fields = ("reference", "key")


@admin.register(Report)
class ReportAdmin(ReadOnly):
    list_display = ("slug", "version", "status", "verdict", "published_at", "payload_hash")
    list_filter = ("status", "verdict")
    search_fields = ("reference", "key", "payload_hash")


@admin.register(Claim)
class ClaimAdmin(ReadOnly):
    list_display = ("trial_id", "metric", "method", "target", "unit", "verdict")


@admin.register(Measurement)
class MeasurementAdmin(ReadOnly):
    list_display = ("trial_id", "metric", "sensor", "at", "phase", "value", "flag")
    list_filter = ("phase", "flag")


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnly):
    list_display = ("trial_id", "on", "kind", "severity")
    list_filter = ("kind", "severity")


@admin.register(Erratum)
class ErratumAdmin(ReadOnly):
    list_display = ("report_id", "written_at")
