"""What a room's calendar says about dates, in words, and whether somebody takes the room all the same."""

from collections.abc import Iterable

from flask import request

from hub.i18n import N_, Message
from hub.queries.busy_times import Known

BUSY = {
    Known.BUSY: N_("Raum belegt laut Kalender."),
    Known.UNKNOWN: N_("Ob der Raum frei ist, ist unbekannt: Sein Kalender ist nicht aktuell."),
}


def warning(known: Iterable[Known]) -> Message | None:
    """Return what is to be asked before rooms are taken at these times; None where all are free."""
    found = list(known)
    busy = found.count(Known.BUSY)
    if busy > 1:
        return N_("Der Kalender des Hauses meldet den Raum {n}-mal als belegt.", n=busy)
    if busy:
        return N_("Der Kalender des Hauses meldet den Raum einmal als belegt.")
    return BUSY[Known.UNKNOWN] if Known.UNKNOWN in found else None


def takes_it_anyway() -> bool:
    """Tell whether the box below that warning was ticked."""
    return "despite_busy" in request.form
