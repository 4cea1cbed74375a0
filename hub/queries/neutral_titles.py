"""The neutral titles of dates: what calendars say unless the partner writes something else."""

from collections.abc import Mapping

from hub.i18n import N_, Message
from hub.models.offer import Form

# What others may see in somebody's calendar: it says that there is a date, not what for.
NEUTRAL_TITLES: Mapping[Form, Message] = {
    Form.SINGLE: N_("Termin"),
    Form.GROUP: N_("Treffen"),
    Form.COURSE: N_("Kurs"),
    Form.OPEN_HOUR: N_("Treffpunkt"),
    Form.HOME_VISIT: N_("Besuch"),
    Form.ONLINE: N_("Online-Termin"),
    Form.ROOM: N_("Gespräch"),
}


def neutral_title(form: Form) -> str:
    """Return the neutral title an offer of this form gets unless its partner writes another; German, as offers are."""
    return NEUTRAL_TITLES.get(form, NEUTRAL_TITLES[Form.SINGLE]).text
