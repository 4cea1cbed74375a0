"""The exact words of what stands beside an E2 on a sheet: the printed list (E2b), the health text, the way back."""

from datetime import date

from hub import i18n
from hub.i18n import N_
from hub.models.offer import Access, Offer
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.queries.consent_texts import ILLNESSES, Wording, common_paragraphs, texts_of
from hub.queries.printed_names import name_on_list

REPORTED = N_("ob Sie da waren, angefangen haben, fertig sind, oder ob es nicht ging")
SHORT_TEXT = N_("höchstens 300 Zeichen zu dem, was vereinbart ist")
NOT_REPORTED = (N_("Befunde oder Diagnosen"), N_("was Sie dort erzählen"))
NOT_PRINTED = (N_("wie man Sie erreicht"), N_("was Sie beim Zugang brauchen"), ILLNESSES)


def list_wording(
    offer: Offer, umbrella: Organisation, person: Participant, valid_until_on: date, locale: str
) -> Wording:
    """Write the consent that an umbrella reads the name to print the list for its member (E2b), with that very name."""
    partner, roof = offer.organisation.name, umbrella.name
    with i18n.using(locale):
        return Wording(
            headline=str(
                N_(
                    "Auch {umbrella} darf Ihren Namen lesen, um die Liste für {partner} zu drucken. Sonst nichts.",
                    umbrella=roof,
                    partner=partner,
                )
            ),
            now_title=str(N_("Nach der Zusage, auf der Liste jedes Termins")),
            now=[(str(N_("Name auf der Liste")), name_on_list(person))],
            later_title="",
            later=[],
            nowhere=[str(word) for word in NOT_PRINTED],
            paragraphs=texts_of(
                (
                    N_("Wofür"),
                    N_(
                        "{partner} kann hier nicht selbst drucken. Die Liste sagt an der Tür, wer kommt: {offer}.",
                        partner=partner,
                        offer=offer.title,
                    ),
                ),
                (
                    N_("Wer es liest"),
                    N_("{umbrella}, bis der Termin vorbei ist, und wer dort an der Tür steht.", umbrella=roof),
                ),
                *common_paragraphs(person, valid_until_on),
                (
                    N_("Wenn Sie hier Nein sagen"),
                    N_("Dann steht dort statt Ihres Namens ein Platzwort. Ihr Platz hängt nicht daran."),
                ),
            ),
        )


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
                (str(N_("Rückmeldung")), str(REPORTED)),
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
