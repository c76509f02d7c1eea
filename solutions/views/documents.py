from documents.views import Attach
from solutions.models import Solution


class AttachDocument(Attach):
    """Adds a file to a solution that may be edited now."""

    model = Solution
    permission_required = "solutions.change_solution"
