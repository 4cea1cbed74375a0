"""What a partner owes, in words: the field groups, the answers, and the one sentence a person reads about it."""

from collections.abc import Iterable

from hub.i18n import N_, Message
from hub.models.duty import OWED, Duty, DutyState, Ground
from hub.web.filters import full_day

# What the partner has of somebody; the person's own page says the same in other words.
FIELDS: dict[str, Message] = {
    "I1": N_("Name und Anrede"),
    "I2": N_("Telefon, E-Mail oder Adresse"),
    "A1": N_("was jemand braucht, um teilzunehmen"),
    "H1": N_("Gesundheitliches"),
    "G1": N_("worum es ging"),
    "B1": N_("Zeit und Ort"),
    "R1": N_("ungefähre Angaben"),
    "F1": N_("Ihre Rückmeldung"),
}
GROUNDS: dict[Ground, Message] = {
    Ground.TREATMENT_RECORD: N_("Wir behalten unsere eigene Akte: Das Gesetz verlangt es (§ 630f BGB)."),
    Ground.INVOICE: N_("Wir behalten eine Rechnung: Das Gesetz verlangt es (§ 147 AO)."),
    Ground.ACCIDENT: N_("Wir behalten es, bis ein Unfall geklärt ist."),
}
KEPT: dict[Ground, Message] = {
    Ground.TREATMENT_RECORD: N_("Die eigene Akte bleibt, das verlangt das Gesetz."),
    Ground.INVOICE: N_("Eine Rechnung bleibt, das verlangt das Gesetz."),
    Ground.ACCIDENT: N_("Etwas bleibt, bis ein Unfall geklärt ist."),
}


def fields_in_words(groups: Iterable[str]) -> str:
    """Return field groups in words for the partner, separated by commas."""
    known = set(groups)
    return ", ".join(str(word) for group, word in FIELDS.items() if group in known)


def sentence_for_person(duty: Duty) -> Message:
    """Return what the person reads: who confirmed what and when, or until when the answer is due."""
    name, due = duty.organisation.name, full_day(duty.due_at)
    if duty.state in OWED or duty.answered_at is None:
        waits = N_("{name} muss noch sagen, dass alles gelöscht ist. Frist: {day}.", name=name, day=due)
        late = N_("{name} hat noch nicht geantwortet. Wir fragen nach. Die Frist war der {day}.", name=name, day=due)
        return late if duty.state is DutyState.OVERDUE else waits
    day = full_day(duty.answered_at)
    if duty.ground is None:
        return N_("{name} hat alles gelöscht, bestätigt am {day}.", name=name, day=day)
    return N_("{name} hat am {day} geantwortet. {ground}", name=name, day=day, ground=KEPT[duty.ground])
