"""The exact words of a release from secrecy: who releases whom, towards whom, about what, what for, until when."""

from datetime import date

from hub import i18n
from hub.i18n import N_
from hub.models.consent import ReleaseContent
from hub.models.organisation import Organisation
from hub.models.participant import Participant
from hub.queries.consent_texts import Wording, common_paragraphs, texts_of
from hub.queries.sheet_texts import NOT_REPORTED, REPORTED, SHORT_TEXT

CONTENT = {ReleaseContent.OUTCOME: REPORTED, ReleaseContent.WORDS: SHORT_TEXT}


def release_wording(
    body: Organisation, person: Participant, content: list[ReleaseContent], valid_until_on: date, locale: str
) -> Wording:
    """Write the release of one named body; needs the person's Jobcenter and coach.

    It says all of it in one place, and what it is not: no consent to tell the body anything.
    """
    with i18n.using(locale):
        coach = person.coach.name if person.coach else str(N_("Ihr Coach"))
        return Wording(
            headline=str(N_("{body} darf Ihrem Coach etwas sagen, trotz Schweigepflicht.", body=body.name)),
            now_title=str(N_("Nur das darf gesagt werden")),
            now=[
                (str(N_("Wer etwas sagen darf")), body.name),
                (str(N_("Wem")), str(N_("{coach}, {jobcenter}", coach=coach, jobcenter=person.jobcenter.name))),
                *((str(N_("Was")), str(CONTENT[one])) for one in content),
            ],
            later_title="",
            later=[],
            nowhere=[str(word) for word in NOT_REPORTED],
            paragraphs=texts_of(
                (
                    N_("Worum es geht"),
                    N_(
                        "Wer dort arbeitet, muss über Sie schweigen. Das ist Gesetz: § 203 Strafgesetzbuch. "
                        "Nur Sie können davon entbinden."
                    ),
                ),
                (N_("Wofür"), N_("Ihr Coach kann dann mit Ihnen weiter planen.")),
                *common_paragraphs(person, valid_until_on)[:-1],
                (
                    N_("Ihre Rechte"),
                    N_(
                        "Diese Erlaubnis steht für sich. Nehmen Sie sie zurück, bleiben Ihre Termine, "
                        "und alle anderen Antworten gelten weiter."
                    ),
                ),
                (
                    N_("Wenn Sie Nein sagen"),
                    N_("Dann sagt {body} Ihrem Coach nichts. Ihr Platz hängt nicht daran.", body=body.name),
                ),
            ),
        )
