from typing import cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView

from accounts.models import User
from matching import services
from matching.forms import ConflictForm
from matching.models import Conflict
from matching.views.queue import SignedInPermission


class Conflicts(SignedInPermission, LoginRequiredMixin, FormView):
    """An expert's own declarations, and a new one; they are not taken back here, only by an administrator."""

    permission_required = "matching.add_conflict"
    template_name = "matching/conflicts.html"
    form_class = ConflictForm

    def form_valid(self, form):
        services.declare_conflict(by=cast(User, self.request.user), **form.cleaned_data)
        messages.success(self.request, _("Your declaration is written down."))
        return HttpResponseRedirect(reverse("matching:conflicts"))

    def get_context_data(self, **kwargs):
        own = Conflict.objects.filter(expert=cast(User, self.request.user)).select_related("organisation")
        return super().get_context_data(**kwargs, conflicts=own.order_by("-declared_at"))
