"""Legal grounds and tasks in words: the paragraph for staff, the plain sentence for the person."""

from hub.i18n import N_, Message
from hub.models.transmission import LegalGround, LegalTask

GROUNDS: dict[LegalGround, Message] = {
    LegalGround.SOCIAL_TASK: N_("§ 69 Absatz 1 Nummer 1 SGB X: Aufgabe des Empfängers nach dem Sozialgesetzbuch"),
}
PLAIN_GROUNDS: dict[LegalGround, Message] = {
    LegalGround.SOCIAL_TASK: N_(
        "Ein Gesetz erlaubt es. Der Empfänger ist eine Sozialbehörde. "
        "Er braucht Ihren Namen für seine Aufgabe (§ 69 Absatz 1 Nummer 1 SGB X)."
    ),
}
TASKS: dict[LegalTask, Message] = {
    LegalTask.JURISDICTION: N_("klären, wer für Leistungen zur Teilhabe zuständig ist (§ 14 SGB IX)"),
    LegalTask.APPLICATION: N_("einen Antrag weiterleiten, der bei uns gestellt wurde (§ 16 SGB I)"),
    LegalTask.PARTICIPATION_PLAN: N_("den Teilhabeplan abstimmen (§ 19 SGB IX)"),
    LegalTask.CASE_CONFERENCE: N_("eine Teilhabeplankonferenz vorbereiten (§ 20 SGB IX)"),
}
LAW_WORDS = {"grounds": GROUNDS, "tasks": TASKS}
