"""How an offer's dates and kept places read to those who make them: counts only, nobody's name or code."""

from typing import Any

from hub import clock
from hub.i18n import N_, Message
from hub.models.contingent import Contingent
from hub.models.slot import Slot, SlotState
from hub.web.filters import clock_time
from hub.web.week import held, short_date, weekday

MARKS = {SlotState.CALLED_OFF: "off", SlotState.UNSETTLED: "due"}
STATES = {SlotState.CALLED_OFF: N_("Fällt aus."), SlotState.UNSETTLED: N_("Noch zu klären.")}


def knot(slot: Slot) -> dict[str, Any]:
    """Return one date as the thread wants it, still without a way on; `slot.pools` must be loaded."""
    on = clock.local_date(slot.starts_at)
    return {
        "when": weekday(on),
        "note": short_date(on),
        "at": slot.starts_at.isoformat(),
        "mark": MARKS.get(slot.state, "free"),
        "headline": f"{clock_time(slot.starts_at)}, {_filled(slot)}",
        "off": slot.state is SlotState.CALLED_OFF,
        "state": STATES.get(slot.state),
    }


def _filled(slot: Slot) -> Message:
    if slot.places == 0:
        return N_("einfach hingehen")
    facts = {"n": slot.taken, "of": slot.places, "held": held(slot)}
    if facts["held"] and slot.state is not SlotState.CALLED_OFF:
        return N_("{n} von {of} belegt, {held} freigehalten", **facts)
    return N_("{n} von {of} belegt", **facts)


def kept_sentence(one: Contingent, whom: str, places: int) -> Message:
    """Say how many of a series' places are kept for whom, and how long: "2 von 8 Plätzen sind für … freigehalten"."""
    facts = {"n": one.places, "of": places, "whom": whom, "until": _until(one)}
    if one.places == 1:
        return N_("Einer von {of} Plätzen ist für {whom} freigehalten, {until}.", **facts)
    return N_("{n} von {of} Plätzen sind für {whom} freigehalten, {until}.", **facts)


def _until(one: Contingent) -> Message:
    days = N_("einen Werktag") if one.working_days == 1 else N_("{n} Werktage", n=one.working_days)
    hours = N_("eine Stunde") if one.hours == 1 else N_("{n} Stunden", n=one.hours)
    if one.working_days and one.hours:
        return N_("bis {days} und {hours} vorher", days=days, hours=hours)
    return N_("bis {span} vorher", span=days if one.working_days else hours)
