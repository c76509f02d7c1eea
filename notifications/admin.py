from django.contrib import admin

from notifications.models import Delivery, Notification, Reminder


class DeliveryInline(admin.TabularInline):
    model = Delivery
    extra = 0
    can_delete = False
    readonly_fields = ("at", "accepted", "answer")


@admin.register(Notification)
class NotificationAdmin(admin.ModelAdmin):
    """The outbox: what waits, what was sent, and what the mail server said."""

    list_display = ("created_at", "template", "channel", "why", "attempts", "sent_at", "last_error")
    list_filter = ("channel", "why", ("sent_at", admin.EmptyFieldListFilter))
    date_hierarchy = "created_at"
    inlines = (DeliveryInline,)

    def has_add_permission(self, request):
        return False


@admin.register(Reminder)
class ReminderAdmin(admin.ModelAdmin):
    """What went out; a row that is taken away goes out once more if its day has not been overtaken."""

    list_display = ("sent_at", "noun", "object_id", "kind", "due_on", "days_before")
    list_filter = ("noun", "kind")
    date_hierarchy = "due_on"

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False
