"""The exact words of an asking around (E2a): who is asked, and what each of them reads instead of a name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hub import i18n
from hub.i18n import N_, Message
from hub.models.offer import Offer
from hub.models.participant import Participant
from hub.models.round import RoundKind
from hub.models.slot import Slot
from hub.policy.fields import Field, Phase, Reader
from hub.queries.consent_texts import GROUPS, NOWHERE, Wording, common_paragraphs, texts_of
from hub.queries.disclosures import Content, lines, pairs, told_fields
from hub.queries.wishes import Wish, groups_without_name

NAMELESS = (N_("Ihr Name"), N_("Telefon und E-Mail"))
OWN_NUMBER = N_("für jeden Partner eine eigene, kein Name")
NOTHING_MORE = N_("nicht mehr als das, was jeder liest")
HOW_IT_GOES: Mapping[RoundKind, Message] = {
    RoundKind.FIRST_YES: N_("Wir fragen alle zugleich. Sagt einer Ja, danken wir den anderen."),
    RoundKind.CHOICE: N_("Wir fragen alle zugleich. Unter denen, die Ja sagen, suchen Sie sich einen aus."),
    RoundKind.OPEN_CALL: N_("Wir fragen alle zugleich, zu denen es passt. Sagt einer Ja, danken wir den anderen."),
}


@dataclass(frozen=True)
class Asked:
    """What one partner would read; the offer's organisation must be loaded."""

    offer: Offer
    slot: Slot | None = None
    rough: Mapping[str, Any] = field(default_factory=dict)
    access_needs: Sequence[str] = ()


def preview_of(asked: Asked, aim: str) -> list[tuple[str, str]]:
    """Return the lines one partner would read, by the very table its own page is made from."""
    groups = groups_without_name(Wish(access_needs=tuple(asked.access_needs), rough=asked.rough))
    content = Content(
        reference=str(OWN_NUMBER),
        aim=aim,
        offer=asked.offer,
        slot=asked.slot,
        rough=asked.rough,
        access_needs=asked.access_needs,
    )
    return pairs(lines(content, told_fields(groups, Reader.PARTNER, Phase.SENT)))


def around_wording(
    asked: Sequence[Asked], person: Participant, aim: str, kind: RoundKind, valid_until_on: date, locale: str
) -> Wording:
    """Write the consent to ask these partners without a name: once what all read, then each with what is its own."""
    with i18n.using(locale):
        previews = [preview_of(one, aim) for one in asked]
        shared = [pair for pair in previews[0] if all(pair in other for other in previews)]
        names = ", ".join(one.offer.organisation.name for one in asked)
        return Wording(
            headline=str(N_("Das erfahren {n} Partner. Ihren Namen erfährt keiner.", n=len(asked))),
            now_title=str(N_("Das liest jeder von ihnen")),
            now=shared,
            later_title=str(N_("Diese Partner fragen wir")),
            later=[
                (one.offer.organisation.name, _own(preview, shared))
                for one, preview in zip(asked, previews, strict=True)
            ],
            nowhere=[str(word) for word in (*NAMELESS, *NOWHERE)],
            paragraphs=texts_of(
                (N_("Wofür"), N_("Ihr Coach fragt dort an, ob es für Sie einen Platz gibt.")),
                (N_("Wie es geht"), HOW_IT_GOES[kind]),
                (
                    N_("Ihr Name"),
                    N_("Den bekommt ein Partner erst, wenn Sie zu diesem einen noch einmal Ja sagen."),
                ),
                (N_("Welche Angaben"), _groups(asked)),
                (N_("Wer sie bekommt"), N_("{names}. Niemand sonst. Nicht zum Weitergeben.", names=names)),
                *common_paragraphs(person, valid_until_on),
                (
                    N_("Wenn Sie Nein sagen"),
                    N_("Dann erfährt keiner etwas. Ihr Coach sucht mit Ihnen einen anderen Weg."),
                ),
            ),
        )


def _own(preview: list[tuple[str, str]], shared: list[tuple[str, str]]) -> str:
    own = "; ".join(f"{term}: {value}" for term, value in preview if (term, value) not in shared)
    return own or str(NOTHING_MORE)


def _groups(asked: Sequence[Asked]) -> Message:
    wishes = [Wish(access_needs=tuple(one.access_needs), rough=one.rough) for one in asked]
    groups = {Field(group) for wish in wishes for group in groups_without_name(wish)}
    return N_("Nur: {groups}.", groups=", ".join(str(word) for group, word in GROUPS.items() if group in groups))
