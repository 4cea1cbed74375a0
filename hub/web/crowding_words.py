"""How full a date usually is where one simply goes: a word, and how many of three marks are filled."""

from collections.abc import Mapping
from typing import Any

from hub.i18n import N_, Message
from hub.models.offer import Access, Offer
from hub.models.slot import Crowding, Slot

WORDS: Mapping[str, tuple[int, Message]] = {
    Crowding.QUIET: (1, N_("meist wenig los")),
    Crowding.MEDIUM: (2, N_("meist mittelvoll")),
    Crowding.BUSY: (3, N_("meist viel los")),
}


def shown(offer: Offer, slot: Slot | None) -> dict[str, Any] | None:
    """Return the marks and the word for a drop-in date whose partner has said so, else None."""
    if slot is None or offer.access is not Access.OPEN or slot.crowding not in WORDS:
        return None
    marks, word = WORDS[slot.crowding]
    return {"marks": marks, "word": word}


def of(slot: Slot) -> list[Message]:
    """Return the word for a date with its offer as a part of a line, empty where there is none."""
    found = shown(slot.offer, slot)
    return [found["word"]] if found else []
