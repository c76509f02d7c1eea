"""What wishes, solutions and venues share beside the topics: bands of money, what a site can give."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MoneyBand(models.TextChoices):
    UNDER_100K = "under_100k", _("Under HK$100,000")
    TO_500K = "to_500k", _("HK$100,000 to 500,000")
    TO_1M4 = "to_1m4", _("HK$500,000 to 1.4 million")
    TO_5M = "to_5m", _("HK$1.4 to 5 million")
    OVER_5M = "over_5m", _("Over HK$5 million")


MONEY_RANGES: dict[str, tuple[int, int | None]] = {  # HK$, from and to; None is open
    "under_100k": (0, 100_000),
    "to_500k": (100_000, 500_000),
    "to_1m4": (500_000, 1_400_000),
    "to_5m": (1_400_000, 5_000_000),
    "over_5m": (5_000_000, None),
}


class SiteFeature(models.TextChoices):
    """What a site can give, and what a trial may need."""

    POWER = "power", _("Mains power")
    NETWORK = "network", _("Wired or wireless network")
    LORA = "lora", _("LoRa (GWIN) coverage")
    WATER = "water", _("Water supply and drain")
    INDOOR = "indoor", _("Indoor space")
    OUTDOOR = "outdoor", _("Outdoor space")
    NIGHT = "night", _("Access at night")
    BMS = "bms", _("Connection to the building management system")
