"""How a bulk job reads on a page: what it does, where it stands, why something was left."""

from collections.abc import Mapping

from hub.i18n import N_, Message
from hub.models.bulk_job import BulkKind, BulkState, Why

NAMES: Mapping[BulkKind, Message] = {
    BulkKind.CALL_OFF: N_("Termine absagen"),
    BulkKind.UNSETTLE: N_("Termine noch klären"),
    BulkKind.MOVE: N_("Termine verlegen"),
    BulkKind.HAND_OVER: N_("Menschen übergeben"),
}
STATES: Mapping[BulkState, Message] = {
    BulkState.RUNNING: N_("läuft"),
    BulkState.DONE: N_("fertig"),
    BulkState.STOPPED: N_("angehalten"),
}
REASONS: Mapping[Why, Message] = {
    Why.CHANGED: N_("Hat sich geändert, seit Sie es gesehen haben."),
    Why.IN_THE_WAY: N_("Ging nicht mehr, zum Beispiel weil der Raum vergeben ist oder der Termin begonnen hat."),
    Why.ROOM_BUSY: N_("Der Kalender des Hauses meldet den Raum als belegt."),
    Why.NOT_ALLOWED: N_("Das Konto, das es begonnen hat, darf das nicht mehr."),
    Why.GONE: N_("Gibt es nicht mehr."),
    Why.STOPPED: N_("Angehalten, bevor es so weit war."),
    Why.FAULT: N_("Fehler bei uns. Bitte versuchen Sie es noch einmal oder rufen Sie uns an."),
}
EMPTY = N_("Steht nicht mehr bei Ihnen.")
EMPTY_PERSON = N_("Jemand, der nicht mehr in Ihrem Team ist.")
