"""One tree of errors: what went wrong, as a translatable message with facts; floor 5 renders them."""

from hub.i18n import N_, Message


class HubError(Exception):
    """Base of all errors a person may meet; `status` is its HTTP status."""

    status = 500
    default = N_("Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.")

    def __init__(self, message: Message | None = None) -> None:
        self.message = message or self.default
        super().__init__(self.message.text)


class NotFound(HubError):
    """What an actor may not see does not exist for them."""

    status = 404
    default = N_("Diese Seite gibt es nicht.")


class NotAllowed(HubError):
    """The actor sees the thing but may not do this."""

    status = 403
    default = N_("Das dürfen Sie hier nicht.")


class InvalidInput(HubError):
    """An entry that a person can mend; `fields` maps form field names to messages."""

    status = 422
    default = N_("Bitte prüfen Sie Ihre Angaben.")

    def __init__(self, message: Message | None = None, *, fields: dict[str, Message] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class TooManyAttempts(HubError):
    """An exact limit is reached; `minutes` says when it opens again."""

    status = 429

    def __init__(self, minutes: int) -> None:
        super().__init__(
            N_("Zu viele Versuche. Bitte warten Sie {minutes} Minuten oder rufen Sie uns an.", minutes=minutes)
        )
        self.minutes = minutes


class RuleBroken(HubError):
    """A rule of the house says no; the message says which and what to do."""

    status = 409


class SomebodyWasFaster(RuleBroken):
    """The row changed since it was read."""

    default = N_("Jemand war schneller. Bitte schauen Sie noch einmal auf den neuen Stand.")


class StepNotPossible(RuleBroken):
    """This step does not follow from the present state."""

    default = N_("Dieser Schritt geht jetzt nicht mehr.")


class SentBefore(RuleBroken):
    """The form was sent before, for something else or for what has ended since; the page comes back as a new form."""

    default = N_("Diese Seite war schon abgeschickt. Bitte laden Sie sie neu.")


class SlotFull(RuleBroken):
    """No place is left."""

    default = N_("Der letzte Platz ist gerade vergeben worden.")


class PersonElsewhere(RuleBroken):
    """The person already has a date at that time."""

    default = N_("Zu dieser Zeit gibt es schon einen anderen Termin.")


class RoomBusy(RuleBroken):
    """A calendar says that a room is busy, or cannot tell; a partner may take it all the same after being asked."""

    default = N_("Der Kalender des Hauses meldet den Raum als belegt.")


class ConsentMissing(RuleBroken):
    """Nothing may leave without a live consent for exactly this."""

    default = N_("Dafür fehlt noch die Einwilligung der Person.")


class PdfNotPossible(HubError):
    """This machine cannot draw a PDF now; the page to print says the same."""

    status = 503
    default = N_("Die PDF-Datei lässt sich gerade nicht herstellen. Bitte drucken Sie die Seite.")


class ConfigurationError(Exception):
    """The configuration is wrong; the text says which setting and how to mend it."""
