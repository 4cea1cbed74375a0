"""The exact words of a consent, with the literal preview; kept as text on the record, so that they never change."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date

from hub import geography, i18n
from hub.i18n import N_, Message
from hub.models.consent import Consent, Scope
from hub.models.offer import Access
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.models.subscription import Level
from hub.policy.fields import Field, Phase, Reader
from hub.queries.disclosures import Content, lines, pairs, say_day, told_fields

VERSION = "2026-12"
F = Field
BESIDE = {
    Scope.HEALTH: N_("zur Gesundheit"),
    Scope.FEEDBACK: N_("was der Partner zurückmeldet"),
    Scope.PRINT_LIST: N_("Name auf der gedruckten Liste"),
}
OWN = {Scope.MESSAGES: N_("Nachrichten an Sie"), Scope.EVALUATION: N_("Auswertung ohne Namen")}
GROUPS = {
    F.REFERENCE: N_("eine Nummer statt Ihres Namens"),
    F.AIM: N_("worum es geht"),
    F.DATE: N_("Angebot und Zeit"),
    F.ROUGH: N_("was Sie dazu angekreuzt haben"),
    F.ACCESS: N_("was Sie beim Zugang brauchen"),
    F.IDENTITY: N_("Name, Anrede und Sprache"),
    F.CONTACT: N_("wie man Sie erreicht"),
}
ILLNESSES = N_("Krankheiten oder Befunde")
NOWHERE = (
    N_("wovon Sie leben"),
    ILLNESSES,
    N_("Adresse und Geburtsdatum"),
    N_("was Sie Ihrem Coach erzählen"),
)
NOWHERE_OF_VISITS = (*NOWHERE[:2], N_("Geburtsdatum"), *NOWHERE[3:])
LEVELS = {
    Level.DISCREET: N_("nur die Zeit und ein Wort, das Sie wählen"),
    Level.ADDRESS: N_("die Zeit, Ihr Wort und die Straße"),
    Level.FULL: N_("die Zeit, den Namen des Angebots, den Partner und die Straße"),
}


@dataclass(frozen=True)
class Wording:
    """What the person read: headline, two lists of (word, value), what stands nowhere, and paragraphs."""

    headline: str
    now_title: str
    now: list[tuple[str, str]]
    later_title: str
    later: list[tuple[str, str]]
    nowhere: list[str]
    paragraphs: list[tuple[str, str]]

    def text(self) -> str:
        """Return the wording as one text, to be kept and hashed."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def digest(text: str) -> str:
    """Return the hash (SHA-256, hex) of a kept text."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_wording(text: str) -> Wording:
    """Return a kept text as its parts; a plain text becomes one paragraph."""
    try:
        parts = json.loads(text)
    except json.JSONDecodeError:
        return Wording("", "", [], "", [], [], [("", text)])
    pairs = {name: [(term, value) for term, value in parts[name]] for name in ("now", "later", "paragraphs")}
    return Wording(**{**parts, **pairs})


def disclosure_wording(
    content: Content,
    person: Participant,
    field_groups: list[str],
    valid_until_on: date,
    locale: str,
    *,
    said_yes: bool = False,
) -> Wording:
    """Write the consent to tell one partner about one offer (E2); needs the offer's organisation and the Jobcenter.

    Where a health text is asked for beside it (E3), it does not say that illnesses stand nowhere. `said_yes` is for a
    partner that was asked without a name and said yes.
    """
    with i18n.using(locale):
        wording = _disclosure(content, person, field_groups, valid_until_on)
        return _after_a_yes(wording, content.offer.organisation.name) if said_yes else wording


def _after_a_yes(wording: Wording, partner: str) -> Wording:
    """Return the words where the first half is known there already, and the second comes with the person's yes."""
    title, text = N_("Wofür"), N_("{partner} hat ohne Ihren Namen zugesagt und braucht ihn jetzt.", partner=partner)
    return replace(
        wording,
        now_title=str(N_("Das weiß {partner} schon, ohne Ihren Namen", partner=partner)),
        later_title=str(N_("Das kommt mit Ihrem Ja dazu")),
        paragraphs=[*texts_of((title, text)), *wording.paragraphs[1:]],
    )


def _nowhere(content: Content) -> list[str]:
    words = NOWHERE_OF_VISITS if content.offer.visits_home else NOWHERE
    return [str(word) for word in words if not (content.health and word is ILLNESSES)]


def _disclosure(content: Content, person: Participant, field_groups: list[str], valid_until_on: date) -> Wording:
    partner, offer = content.offer.organisation, content.offer
    before = told_fields(field_groups, Reader.PARTNER, Phase.SENT)
    after = told_fields(field_groups, Reader.PARTNER, Phase.ACCEPTED) - before
    named = offer.access is Access.NAMED  # the offer's terms accept at once: there is no "later"
    now = lines(content, before | after if named else before)
    later = [] if named else lines(content, after)
    return Wording(
        headline=str(N_("Das erfährt {partner}. Sonst nichts.", partner=partner.name)),
        now_title=str(N_("Sofort, mit der Buchung") if named else N_("Sofort, mit der Anfrage")),
        now=pairs(now),
        later_title="" if named else str(N_("Erst nach der Zusage")),
        later=pairs(later),
        nowhere=_nowhere(content),
        paragraphs=texts_of(
            (N_("Wofür"), N_("Ihr Coach fragt dort für Sie an: {offer}.", offer=offer.title)),
            (N_("Welche Angaben"), _groups(field_groups)),
            (
                N_("Wer sie bekommt"),
                N_("{partner}, nur für dieses Angebot. Nicht zum Weitergeben.", partner=partner.name),
            ),
            *common_paragraphs(person, valid_until_on),
            (
                N_("Wenn Sie Nein sagen"),
                N_("Dann erfährt {partner} nichts. Ihr Coach sucht mit Ihnen etwas anderes.", partner=partner.name),
            ),
        ),
    )


def name_of(consent: Consent) -> Message:
    """Return a consent's name in a list: whom it is for, and what, where it is not the telling itself."""
    if consent.scope is Scope.ASK_AROUND:
        return N_("{n} Partner, ohne Ihren Namen", n=len(consent.recipient_ids))
    if consent.organisation is None:
        return OWN.get(consent.scope, N_("Kalender"))
    if word := BESIDE.get(consent.scope):
        return N_("{partner}, {word}", partner=consent.organisation.name, word=word)
    return N_("{partner}", partner=consent.organisation.name)


def shared_paragraphs(wordings: list[Wording]) -> list[tuple[str, str]]:
    """Return the paragraphs that stand in every one of them, in the order of the first: a page shows them once."""
    rest = [set(one.paragraphs) for one in wordings[1:]]
    return [pair for pair in wordings[0].paragraphs if all(pair in other for other in rest)] if wordings else []


def feed_wording(person: Participant, level: Level, valid_until_on: date, locale: str) -> Wording:
    """Write the consent to show one's dates in a calendar of one's own (E5), with the risk of its level."""
    with i18n.using(locale):
        risk = N_(
            "Wer Ihr Telefon oder Ihr Konto sieht, sieht auch diese Einträge, auch auf dem gesperrten Bildschirm. "
            "Google oder Apple speichern sie mit. Gehört das Konto dem Arbeitgeber, kann er sie lesen. "
            "Teilen Sie den Kalender mit der Familie, sieht sie sie auch."
        )
        return Wording(
            headline=str(N_("Das steht in Ihrem Kalender. Sonst nichts.")),
            now_title=str(N_("In jedem Eintrag")),
            now=[(str(N_("Zu sehen")), str(LEVELS[level]))],
            later_title="",
            later=[],
            nowhere=[str(N_("wovon Sie leben")), str(N_("Krankheiten oder Befunde")), str(N_("Name Ihres Coaches"))],
            paragraphs=texts_of(
                (N_("Wofür"), N_("Ihre Termine kommen von selbst in Ihren eigenen Kalender.")),
                (N_("Wer es sehen kann"), risk),
                *common_paragraphs(person, valid_until_on),
                (N_("Wenn Sie Nein sagen"), N_("Dann bekommen Sie Ihre Termine auf Papier oder am Telefon.")),
            ),
        )


def common_paragraphs(person: Participant, valid_until_on: date) -> tuple[tuple[Message, Message], ...]:
    """Return what every consent says: who answers for it, that it is free, how long, how it is taken back."""
    controller = person.jobcenter
    phone = controller.phone
    return (
        (N_("Wer verantwortlich ist"), say_controller(controller)),
        (
            N_("Freiwillig"),
            N_("Sie entscheiden frei. Ihr Geld hängt nicht davon ab. Jede Antwort ist richtig, ohne Nachteil."),
        ),
        (N_("Wie lange"), N_("Das Ja gilt bis {day}.", day=say_day(valid_until_on))),
        (
            N_("Zurücknehmen"),
            N_(
                "Jederzeit, ohne Grund: auf Ihrer Seite, mit dem Code auf dem Zettel oder am Telefon: {phone}. "
                "Ab dann erfährt niemand mehr etwas. Was schon gesagt ist, lässt sich nicht zurückholen.",
                phone=phone,
            ),
        ),
        (
            N_("Ihre Rechte"),
            N_(
                "Sie dürfen fragen, was gespeichert ist, es berichtigen oder löschen lassen und sich beschweren: "
                "{authority}. Grundlage: Artikel 6 Absatz 1a und Artikel 9 Absatz 2a DSGVO, § 67b SGB X.",
                authority=controller.supervisory_authority,
            ),
        ),
    )


def say_controller(controller: Organisation) -> Message:
    """Return who is responsible, with address and telephone: always the Jobcenter, never the programme."""
    place = geography.find_municipality(controller.municipality_code)
    return N_(
        "{name}, {street}, {postal_code} {place}, Telefon {phone}",
        name=controller.name,
        street=controller.street,
        postal_code=controller.postal_code,
        place=place.name if place else "",
        phone=controller.phone,
    )


def _groups(field_groups: list[str]) -> Message:
    words = [str(word) for group, word in GROUPS.items() if group.value in field_groups]
    return N_("Nur: {groups}.", groups=", ".join(words))


def texts_of(*paragraphs: tuple[Message, Message]) -> list[tuple[str, str]]:
    """Return paragraphs as (title, text) in the language in use."""
    return [(str(title), str(text)) for title, text in paragraphs]
