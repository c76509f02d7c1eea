from documents.views import Attach
from wishes.models import Wish


class AttachDocument(Attach):
    """Before others read it: what is published is read as it was endorsed, with the files it had then."""

    model = Wish
    permission_required = "wishes.change_wish"
