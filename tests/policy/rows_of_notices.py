"""Notices of every kind for the table of scopes: in general, to partners on the phone, to a person by hand."""

from datetime import datetime
from types import SimpleNamespace

from hub.models.notice import Channel, Notice


def notices(cast: SimpleNamespace, at: datetime) -> dict[str, Notice]:
    """Return one notice of each kind."""
    known = {"next_at": at, "created_at": at}
    call = known | {"template": "call_back", "channel": Channel.CALL}
    person = known | {"template": "person_change", "purpose": "changes", "participant_id": cast.tarik.id}
    return {
        "notice": Notice(template="staff_news", channel=Channel.EMAIL, **known),
        "call to the club": Notice(organisation_id=cast.club.id, **call),
        "call to the clinic": Notice(organisation_id=cast.clinic.id, **call),
        "call to tarik": Notice(channel=Channel.CALL, **person),
        "letter to tarik": Notice(channel=Channel.PRINT, **person),
    }
