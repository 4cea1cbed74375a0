"""What a question before a referral reads like, for the partner word for word, and what the coach is told of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for

from hub.i18n import N_, Message
from hub.models.offer import Access
from hub.models.prior_question import (
    DAY,
    LANGUAGE,
    TIME,
    TOPICS,
    PriorAnswer,
    PriorQuestion,
    PriorQuestionState,
    Topic,
    in_order,
)
from hub.models.wording import TALKS, TIMES
from hub.queries.prior_questions import Known

S = PriorQuestionState
ASKED: Mapping[str, Message] = {
    Topic.STEP_FREE: N_("Kommt man stufenlos hinein?"),
    Topic.LIFT: N_("Gibt es einen Aufzug?"),
    Topic.QUIET: N_("Ist es dort eher ruhig?"),
    Topic.BEGINNERS: N_("Kann man ganz ohne Vorkenntnisse anfangen?"),
    Topic.WOMEN_ONLY: N_("Ist die Gruppe nur für Frauen?"),
    Topic.COMPANION: N_("Darf eine Begleitung mitkommen?"),
    Topic.CHILD_ALONG: N_("Darf ein Kind mitkommen?"),
    Topic.INTERPRETER: N_("Darf jemand zum Dolmetschen mitkommen?"),
    Topic.CAN_START_SOON: N_("Ist in den nächsten zwei Wochen ein Anfang möglich?"),
}
WEEKDAYS: tuple[Message, ...] = (
    N_("Geht es montags?"),
    N_("Geht es dienstags?"),
    N_("Geht es mittwochs?"),
    N_("Geht es donnerstags?"),
    N_("Geht es freitags?"),
    N_("Geht es samstags?"),
    N_("Geht es sonntags?"),
)
SENTENCES: Mapping[str, Message] = {
    **ASKED,
    **{LANGUAGE + code: N_("Spricht dort jemand {language}?", language=word) for code, word in TALKS.items()},
    **{TIME + part: N_("Geht es {time}?", time=word) for part, word in TIMES.items()},
    **{f"{DAY}{number}": sentence for number, sentence in enumerate(WEEKDAYS)},
}
GROUPS: tuple[tuple[str, ...], ...] = (  # of the form: of any offer, languages, times
    tuple(ASKED),
    tuple(topic for topic in TOPICS if topic.startswith(LANGUAGE)),
    tuple(topic for topic in TOPICS if topic.startswith((TIME, DAY))),
)
ANSWERS: Mapping[str, Message] = {
    PriorAnswer.YES: N_("Ja"),
    PriorAnswer.YES_PARTLY: N_("Ja, zum Teil"),
    PriorAnswer.NO: N_("Nein"),
    PriorAnswer.CALL_ME: N_("Bitte rufen Sie an"),
}
BUTTONS: Mapping[str, Message] = {
    PriorAnswer.YES: N_("Ja, das geht"),
    PriorAnswer.YES_PARTLY: N_("Ja, zum Teil"),
    PriorAnswer.NO: N_("Nein, das geht nicht"),
    PriorAnswer.CALL_ME: N_("Bitte rufen Sie mich an"),
}
LOOKS: Mapping[str, str] = {
    PriorAnswer.YES: "accepted",
    PriorAnswer.YES_PARTLY: "held",
    PriorAnswer.NO: "off",
    PriorAnswer.CALL_ME: "due",
}
STATES: Mapping[PriorQuestionState, tuple[str, Message]] = {
    S.ASKED: ("asked", N_("gefragt")),
    S.EXPIRED: ("waiting", N_("keine Antwort")),
    S.WITHDRAWN: ("off", N_("zurückgezogen")),
}
HOPEFUL = (PriorAnswer.YES, PriorAnswer.YES_PARTLY, PriorAnswer.CALL_ME)


def sentences(topics: Iterable[str]) -> list[Message]:
    """Return the questions word for word, in the order of the list; a code of another day reads as nothing."""
    return [SENTENCES[topic] for topic in in_order(set(topics))]


def state_of(question: PriorQuestion) -> tuple[str, Message]:
    """Return how a question stands, as drawing and word: the answer where there is one."""
    if question.state is S.ANSWERED:
        return LOOKS[question.answer], ANSWERS[question.answer]
    return STATES[question.state]


def told(question: PriorQuestion) -> Message:
    """Return what the coach reads: "SV Elbaue sagt: Ja"."""
    who = question.organisation.name
    if question.state is S.ANSWERED:
        return N_("{who} sagt: {answer}.", who=who, answer=ANSWERS[question.answer])
    if question.state is S.EXPIRED:
        return N_("{who} hat bisher nicht geantwortet.", who=who)
    if question.state is S.WITHDRAWN and question.ended_by == "offer":
        return N_("Das Angebot nimmt gerade niemanden auf. Die Frage an {who} hat sich erledigt.", who=who)
    if question.state is S.WITHDRAWN:
        return N_("Sie haben die Frage an {who} zurückgenommen.", who=who)
    return N_("{who} ist gefragt.", who=who)


def row_of(question: PriorQuestion) -> dict[str, Any]:
    """Return a question as the coach's lists show it, with the way on where there is hope."""
    look, word = state_of(question)
    phone = question.offer.phone or question.organisation.phone
    hope = question.state is S.ANSWERED and question.answer in HOPEFUL
    return {
        "question": question,
        "title": question.offer.title,
        "asked": " ".join(str(one) for one in sentences(question.topics)),
        "told": told(question),
        "look": look,
        "word": word,
        "phone": phone if question.answer == PriorAnswer.CALL_ME else "",
        "onward": url_for("prior_questions.choose_person", public_id=question.public_id) if hope else "",
        "open": question.state is S.ASKED,
        "fresh": question.state is S.ANSWERED and question.read_at is None,
    }


def way_on(question: PriorQuestion, person_id: str) -> str:
    """Return the page on which a question becomes a real one about a person; nothing of the question goes along."""
    offer = question.offer
    if offer.access is Access.REQUEST:
        return url_for("consents.new_consent", public_id=person_id, offer=offer.public_id)
    return url_for("finding.list_dates", public_id=offer.public_id, person=person_id)


def in_words(known: list[Known]) -> list[dict[str, Any]]:
    """Return what colleagues were answered as the page of an offer says it; who asked stays unsaid."""
    return [
        {
            "look": LOOKS[one.answer],
            "word": ANSWERS[one.answer],
            "sentences": sentences(one.topics),
            "answered_at": one.answered_at,
        }
        for one in known
    ]
