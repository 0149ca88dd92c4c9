"""What a card computes, beside what it should: the one check that loads torch."""

from collections.abc import Iterator

from phitui.doctor.check import Check
from phitui.errors import ModelError
from phitui.settings import Settings


def cards(settings: Settings) -> Iterator[Check]:
    """Small models on the device of the settings, each way of decoding beside the others. Takes under a minute."""
    from phitui.models.card_check import compare
    from phitui.models.device import best_device, no_card

    try:
        device = best_device(settings.device)
        if not device.startswith("cuda"):
            advice = "Nothing is recorded there, so this tells less than it would on a CUDA card."
            why = no_card()
            yield Check("card", "warn", f"The device is {device}: no CUDA card is checked. {why}".rstrip(), advice)
        for right, message in compare(device):
            advice = "" if right else "Please report it. Until it is mended, --device cpu avoids the card."
            yield Check("card", "ok" if right else "bad", message, advice)
    except ModelError as error:
        yield Check("card", "bad", error.message)
