"""The exact words of what stands beside an E2 on a sheet: the health text (E3) and the way back (E4)."""

from datetime import date

from hub import i18n
from hub.i18n import N_
from hub.models.offer import Access, Offer
from hub.models.participant import Participant
from hub.queries.consent_texts import Wording, common_paragraphs, texts_of

REPORTED = N_("ob Sie da waren, ob Sie angefangen haben, ob Sie fertig sind, oder ob es nicht ging")
SHORT_TEXT = N_("höchstens 300 Zeichen zu dem, was vereinbart ist")
NOT_REPORTED = (N_("Befunde oder Diagnosen"), N_("was Sie dort erzählen"))


def health_wording(offer: Offer, person: Participant, health: str, valid_until_on: date, locale: str) -> Wording:
    """Write the consent to tell a clinic one sentence about one's health (E3), with that very sentence."""
    partner = offer.organisation.name
    with i18n.using(locale):
        named = offer.access is Access.NAMED
        return Wording(
            headline=str(N_("Das erfährt {partner} zu Ihrer Gesundheit. Sonst nichts.", partner=partner)),
            now_title=str(N_("Sofort, mit der Buchung") if named else N_("Erst nach der Zusage")),
            now=[(str(N_("Zur Gesundheit")), health)],
            later_title="",
            later=[],
            nowhere=[],
            paragraphs=texts_of(
                (
                    N_("Wofür"),
                    N_("{partner} kann sich darauf einstellen: {offer}.", partner=partner, offer=offer.title),
                ),
                (N_("Wer es bekommt"), N_("{partner}, nur für dieses Angebot. Niemand sonst.", partner=partner)),
                *common_paragraphs(person, valid_until_on),
                (
                    N_("Wenn Sie hier Nein sagen"),
                    N_("Dann erfährt {partner} davon nichts. Die Anfrage geht trotzdem hinaus.", partner=partner),
                ),
            ),
        )


def feedback_wording(offer: Offer, person: Participant, valid_until_on: date, locale: str) -> Wording:
    """Write the consent that a partner tells the coach how it went (E4), and what at most."""
    partner, clinic = offer.organisation.name, offer.organisation.clinic_type
    secrecy = (
        N_("Schweigepflicht"),
        N_(
            "{partner} braucht dafür außerdem eine eigene Erlaubnis von Ihnen. Danach fragen wir extra.",
            partner=partner,
        ),
    )
    with i18n.using(locale):
        return Wording(
            headline=str(N_("Das darf {partner} Ihrem Coach sagen. Sonst nichts.", partner=partner)),
            now_title=str(N_("Wenn Sie dort waren")),
            now=[
                (str(N_("Zurückmeldung")), str(REPORTED)),
                (str(N_("Dazu")), str(SHORT_TEXT)),
            ],
            later_title="",
            later=[],
            nowhere=[str(word) for word in NOT_REPORTED],
            paragraphs=texts_of(
                (N_("Wofür"), N_("Ihr Coach kann dann mit Ihnen weiter planen.")),
                (N_("Wer es liest"), N_("Sie und Ihr Coach. Niemand sonst.")),
                *((secrecy,) if clinic else ()),
                *common_paragraphs(person, valid_until_on),
                (
                    N_("Wenn Sie hier Nein sagen"),
                    N_("Dann sagt {partner} Ihrem Coach nichts. Ihr Platz hängt nicht daran.", partner=partner),
                ),
            ),
        )
