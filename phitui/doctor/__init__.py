"""`phitui doctor`: what commonly goes wrong, looked at without changing anything, each in a sentence."""

from collections.abc import Iterator

from phitui.doctor.cards import cards
from phitui.doctor.check import Check
from phitui.doctor.holdings import folders, libraries, models, scans
from phitui.doctor.installation import device, terminal
from phitui.doctor.requirements import packages
from phitui.places import Places
from phitui.settings import Settings

__all__ = ["Check", "cards", "checks", "device", "folders", "libraries", "models", "packages", "scans", "terminal"]


def checks(settings: Settings, places: Places) -> Iterator[Check]:
    """Everything that is checked, the quickest first. Creates nothing, loads no model, raises for no finding."""
    yield from packages()
    yield from terminal()
    yield from device(settings)
    yield from folders(places)
    yield from models(settings, places)
    yield scans(settings)
    yield from libraries(settings, places)
