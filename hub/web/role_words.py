"""Roles as people say them."""

from hub.i18n import N_, Message
from hub.models.user import Role

ROLES: dict[Role, Message] = {
    Role.PARTNER: N_("Partner"),
    Role.COACH: N_("Coach"),
    Role.CASE_MANAGER: N_("Fallmanagement"),
    Role.TEAM_LEAD: N_("Teamleitung"),
    Role.COORDINATOR: N_("Netzwerkkoordination"),
    Role.AUDITOR: N_("Prüfung"),
    Role.OPERATOR: N_("Betrieb"),
}
