"""Mark: a certified mark of an offer with its number, which holds up to and including a day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from hub.models.offer import MarkKind, Offer

WARNED_BEFORE = timedelta(days=60)  # renewing a certificate takes weeks


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One mark as its certificate says; `expires_on` is its last day."""

    kind: MarkKind
    number: str
    expires_on: date

    def valid(self, on: date) -> bool:
        """Tell whether it holds on that day, the last one included."""
        return on <= self.expires_on

    def running_out(self, on: date) -> bool:
        """Tell whether it still holds, but not for longer than sixty days."""
        return self.valid(on) and self.expires_on - on <= WARNED_BEFORE

    @property
    def stored(self) -> dict[str, Any]:
        """As the offer keeps it."""
        return {"kind": self.kind.value, "number": self.number, "expires_on": self.expires_on.isoformat()}

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> Self:
        """Read what the offer keeps."""
        expires_on = date.fromisoformat(stored["expires_on"])
        return cls(kind=MarkKind(stored["kind"]), number=stored["number"], expires_on=expires_on)


def marks_of(offer: Offer) -> list[Mark]:
    """Return all marks of an offer, expired ones too, in the order of their kinds."""
    order = list(MarkKind)
    return sorted((Mark.from_stored(row) for row in offer.marks), key=lambda mark: order.index(mark.kind))


def valid_marks(offer: Offer, on: date) -> list[Mark]:
    """Return the marks an offer may show on a day."""
    return [mark for mark in marks_of(offer) if mark.valid(on)]
