"""The public nouns over HTTP, read only, and the door of sensors; each room brings its own viewsets."""

from rest_framework.routers import DefaultRouter

from matching.api import MatchViewSet, SearchViewSet
from solutions.api import SolutionViewSet
from topics.api import TopicViewSet
from trials.api import ConfirmationViewSet, ReportViewSet, TrialViewSet
from trials.sensor_api import MeasurementViewSet
from wishes.api import CallViewSet, WishViewSet

router = DefaultRouter()
router.register("topics", TopicViewSet, basename="topic")
router.register("wishes", WishViewSet, basename="wish")
router.register("calls", CallViewSet, basename="call")
router.register("solutions", SolutionViewSet, basename="solution")
router.register("matches", MatchViewSet, basename="match")
router.register("search", SearchViewSet, basename="search")
router.register("trials", TrialViewSet, basename="trial")
router.register("reports", ReportViewSet, basename="report")
router.register("confirmations", ConfirmationViewSet, basename="confirmation")
router.register("measurements", MeasurementViewSet, basename="measurement")
