"""All nouns of the first day."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("key_digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    with op.batch_alter_table("attempts") as batch_op:
        batch_op.create_index(batch_op.f("ix_attempts_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_attempts_kind_key_digest_at"), ["kind", "key_digest", "at"], unique=False)

    op.create_table(
        "log_chain",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("log_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("chained_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_log_chain")),
        sa.UniqueConstraint("log_id", name=op.f("uq_log_chain_log_id")),
    )
    op.create_table(
        "log_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_ref", sa.String(length=24), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("object_type", sa.String(length=24), nullable=False),
        sa.Column("object_ref", sa.String(length=24), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("request_id", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_entries")),
    )
    with op.batch_alter_table("log_entries") as batch_op:
        batch_op.create_index(batch_op.f("ix_log_entries_action"), ["action"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_log_entries_actor_ref_action_at"), ["actor_ref", "action", "at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_log_entries_at"), ["at"], unique=False)

    op.create_table(
        "organisations",
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("folded_name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("street", sa.String(length=120), nullable=False),
        sa.Column("postal_code", sa.String(length=5), nullable=False),
        sa.Column("municipality_code", sa.String(length=8), nullable=False),
        sa.Column("supervisory_authority", sa.String(length=200), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["organisations.id"], name=op.f("fk_organisations_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_organisations_public_id")),
    )
    with op.batch_alter_table("organisations") as batch_op:
        batch_op.create_index(batch_op.f("ix_organisations_municipality_code"), ["municipality_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisations_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "programmes",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("caseload_limit", sa.Integer(), nullable=False),
        sa.Column("longest_months", sa.Integer(), nullable=False),
        sa.Column("reviewing", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
        sa.UniqueConstraint("public_id", name=op.f("uq_programmes_public_id")),
    )
    op.create_table(
        "users",
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_users_public_id")),
    )
    op.create_table(
        "closures",
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_closures_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closures")),
        sa.UniqueConstraint("public_id", name=op.f("uq_closures_public_id")),
    )
    with op.batch_alter_table("closures") as batch_op:
        batch_op.create_index(batch_op.f("ix_closures_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "covers",
        sa.Column("coach_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("ordered_by_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["coach_id"], ["users.id"], name=op.f("fk_covers_coach_id")),
        sa.ForeignKeyConstraint(["deputy_id"], ["users.id"], name=op.f("fk_covers_deputy_id")),
        sa.ForeignKeyConstraint(["ordered_by_id"], ["users.id"], name=op.f("fk_covers_ordered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_covers")),
        sa.UniqueConstraint("public_id", name=op.f("uq_covers_public_id")),
    )
    with op.batch_alter_table("covers") as batch_op:
        batch_op.create_index(batch_op.f("ix_covers_coach_id"), ["coach_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_covers_deputy_id"), ["deputy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_covers_ordered_by_id"), ["ordered_by_id"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["invited_by_id"], ["users.id"], name=op.f("fk_invitations_invited_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_invitations_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitations_public_id")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_invitations_token_digest")),
    )
    with op.batch_alter_table("invitations") as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_invited_by_id"), ["invited_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitations_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "locations",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("street", sa.String(length=120), nullable=False),
        sa.Column("postal_code", sa.String(length=5), nullable=False),
        sa.Column("municipality_code", sa.String(length=8), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("approximate", sa.Boolean(), nullable=False),
        sa.Column("step_free", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("house", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_locations_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_locations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_locations_public_id")),
    )
    with op.batch_alter_table("locations") as batch_op:
        batch_op.create_index(batch_op.f("ix_locations_latitude_longitude"), ["latitude", "longitude"], unique=False)
        batch_op.create_index(batch_op.f("ix_locations_municipality_code"), ["municipality_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_locations_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "log_subjects",
        sa.Column("log_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["log_id"], ["log_entries.id"], name=op.f("fk_log_subjects_log_id")),
        sa.PrimaryKeyConstraint("log_id", "subject", name=op.f("pk_log_subjects")),
    )
    with op.batch_alter_table("log_subjects") as batch_op:
        batch_op.create_index(batch_op.f("ix_log_subjects_subject"), ["subject"], unique=False)

    op.create_table(
        "memberships",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_memberships_organisation_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("public_id", name=op.f("uq_memberships_public_id")),
    )
    with op.batch_alter_table("memberships") as batch_op:
        batch_op.create_index(batch_op.f("ix_memberships_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_memberships_user_id"), ["user_id"], unique=False)

    op.create_table(
        "participants",
        sa.Column("jobcenter_id", sa.Integer(), nullable=False),
        sa.Column("coach_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_digest", sa.String(length=64), nullable=False),
        sa.Column("contacts", sa.Text(), nullable=False),
        sa.Column("home_address", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("access_needs", sa.Text(), nullable=False),
        sa.Column("log_key", sa.Text(), nullable=True),
        sa.Column("municipality_code", sa.String(length=8), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("call_word", sa.String(length=24), nullable=False),
        sa.Column("neutral_word", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["coach_id"], ["users.id"], name=op.f("fk_participants_coach_id")),
        sa.ForeignKeyConstraint(["jobcenter_id"], ["organisations.id"], name=op.f("fk_participants_jobcenter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
        sa.UniqueConstraint("public_id", name=op.f("uq_participants_public_id")),
    )
    with op.batch_alter_table("participants") as batch_op:
        batch_op.create_index(batch_op.f("ix_participants_coach_id"), ["coach_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_participants_jobcenter_id"), ["jobcenter_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_participants_jobcenter_id_name_digest"), ["jobcenter_id", "name_digest"], unique=False
        )

    op.create_table(
        "programme_organisations",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_programme_organisations_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_programme_organisations_programme_id")
        ),
        sa.PrimaryKeyConstraint("programme_id", "organisation_id", name=op.f("pk_programme_organisations")),
    )
    with op.batch_alter_table("programme_organisations") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_programme_organisations_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "cards",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_cards_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_cards_code_digest")),
        sa.UniqueConstraint("public_id", name=op.f("uq_cards_public_id")),
    )
    with op.batch_alter_table("cards") as batch_op:
        batch_op.create_index(batch_op.f("ix_cards_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "participations",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("case_manager_id", sa.Integer(), nullable=True),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_manager_id"], ["users.id"], name=op.f("fk_participations_case_manager_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_participations_decided_by_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_participations_participant_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_participations_programme_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["users.id"], name=op.f("fk_participations_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_participations_public_id")),
    )
    with op.batch_alter_table("participations") as batch_op:
        batch_op.create_index(batch_op.f("ix_participations_case_manager_id"), ["case_manager_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_participations_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_participations_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_participations_programme_id"), ["programme_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_participations_proposed_by_id"), ["proposed_by_id"], unique=False)

    op.create_table(
        "referrals",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("coach_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("aim", sa.String(length=24), nullable=False),
        sa.Column("stage", sa.String(length=24), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("matters", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.Column("routing", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["coach_id"], ["users.id"], name=op.f("fk_referrals_coach_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_referrals_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
        sa.UniqueConstraint("public_id", name=op.f("uq_referrals_public_id")),
    )
    with op.batch_alter_table("referrals") as batch_op:
        batch_op.create_index(batch_op.f("ix_referrals_coach_id"), ["coach_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_referrals_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "releases",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("notice_text", sa.Text(), nullable=False),
        sa.Column("notice_hash", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=24), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_releases_organisation_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_releases_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint("public_id", name=op.f("uq_releases_public_id")),
    )
    with op.batch_alter_table("releases") as batch_op:
        batch_op.create_index(batch_op.f("ix_releases_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_releases_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "rooms",
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("step_free", sa.Boolean(), nullable=False),
        sa.Column("lendable", sa.Boolean(), nullable=False),
        sa.Column("equipment", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_rooms_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rooms_public_id")),
    )
    with op.batch_alter_table("rooms") as batch_op:
        batch_op.create_index(batch_op.f("ix_rooms_location_id"), ["location_id"], unique=False)

    op.create_table(
        "subscriptions",
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=24), nullable=False),
        sa.Column("initials", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("rendered_revision", sa.Integer(), nullable=False),
        sa.Column("etag", sa.String(length=64), nullable=False),
        sa.Column("last_modified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fresh_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("parts", sa.LargeBinary(), nullable=True),
        sa.Column("fetched_on", sa.Date(), nullable=True),
        sa.Column("fetched_client", sa.String(length=24), nullable=False),
        sa.Column("fetched_revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "(participant_id IS NOT NULL AND kind = 'participant') OR (user_id IS NOT NULL AND kind <> 'participant')",
            name=op.f("ck_subscriptions_one_owner"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_subscriptions_organisation_id")
        ),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_subscriptions_participant_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_subscriptions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_subscriptions_public_id")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_subscriptions_token_digest")),
    )
    with op.batch_alter_table("subscriptions") as batch_op:
        batch_op.create_index(batch_op.f("ix_subscriptions_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_subscriptions_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_subscriptions_user_id"), ["user_id"], unique=False)

    op.create_table(
        "logins",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("card_id", sa.Integer(), nullable=True),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("client", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_logins_card_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_logins_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logins")),
        sa.UniqueConstraint("public_id", name=op.f("uq_logins_public_id")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_logins_token_digest")),
    )
    with op.batch_alter_table("logins") as batch_op:
        batch_op.create_index(batch_op.f("ix_logins_card_id"), ["card_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_logins_user_id"), ["user_id"], unique=False)

    op.create_table(
        "offers",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("short_title", sa.String(length=30), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("folded_title", sa.Text(), nullable=False),
        sa.Column("folded_summary", sa.Text(), nullable=False),
        sa.Column("aim", sa.String(length=24), nullable=False),
        sa.Column("form", sa.String(length=24), nullable=False),
        sa.Column("stage", sa.String(length=24), nullable=False),
        sa.Column("access", sa.String(length=24), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("bring", sa.String(length=200), nullable=False),
        sa.Column("cost", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("companion_welcome", sa.Boolean(), nullable=False),
        sa.Column("women_only", sa.Boolean(), nullable=False),
        sa.Column("youngest", sa.Integer(), nullable=True),
        sa.Column("oldest", sa.Integer(), nullable=True),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("notice_minutes", sa.Integer(), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("cancel_minutes", sa.Integer(), nullable=False),
        sa.Column("field_groups", sa.JSON(), nullable=False),
        sa.Column("field_reason", sa.String(length=200), nullable=False),
        sa.Column("join_link", sa.Text(), nullable=True),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["users.id"], name=op.f("fk_offers_confirmed_by_id")),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_offers_location_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_offers_organisation_id")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_offers_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
        sa.UniqueConstraint("public_id", name=op.f("uq_offers_public_id")),
    )
    with op.batch_alter_table("offers") as batch_op:
        batch_op.create_index(batch_op.f("ix_offers_confirmed_by_id"), ["confirmed_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_offers_location_id"), ["location_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_offers_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_offers_room_id"), ["room_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_offers_state_aim"), ["state", "aim"], unique=False)

    op.create_table(
        "consents",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=24), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("referral_id", sa.Integer(), nullable=True),
        sa.Column("recipient_ids", sa.JSON(), nullable=False),
        sa.Column("field_groups", sa.JSON(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("detail", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("notice_version", sa.String(length=24), nullable=False),
        sa.Column("notice_locale", sa.String(length=12), nullable=False),
        sa.Column("notice_text", sa.Text(), nullable=False),
        sa.Column("notice_hash", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=24), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("withdrawal_code", sa.Text(), nullable=True),
        sa.Column("withdrawal_digest", sa.String(length=64), nullable=True),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("previous_id", sa.Integer(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_consents_offer_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_consents_organisation_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_consents_participant_id")),
        sa.ForeignKeyConstraint(["previous_id"], ["consents.id"], name=op.f("fk_consents_previous_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_consents_referral_id")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_consents_requested_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint("public_id", name=op.f("uq_consents_public_id")),
        sa.UniqueConstraint("withdrawal_digest", name=op.f("uq_consents_withdrawal_digest")),
    )
    with op.batch_alter_table("consents") as batch_op:
        batch_op.create_index(batch_op.f("ix_consents_offer_id"), ["offer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consents_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consents_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_consents_participant_id_scope_organisation_id_offer_id"),
            ["participant_id", "scope", "organisation_id", "offer_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_consents_previous_id"), ["previous_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consents_referral_id"), ["referral_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consents_requested_by_id"), ["requested_by_id"], unique=False)

    op.create_table(
        "courses",
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("join_until", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_courses_offer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        sa.UniqueConstraint("public_id", name=op.f("uq_courses_public_id")),
    )
    with op.batch_alter_table("courses") as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_offer_id"), ["offer_id"], unique=False)

    op.create_table(
        "offer_programmes",
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_offer_programmes_offer_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_offer_programmes_programme_id")),
        sa.PrimaryKeyConstraint("offer_id", "programme_id", name=op.f("pk_offer_programmes")),
    )
    with op.batch_alter_table("offer_programmes") as batch_op:
        batch_op.create_index(batch_op.f("ix_offer_programmes_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "series",
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("frequency", sa.String(length=24), nullable=False),
        sa.Column("interval", sa.Integer(), nullable=False),
        sa.Column("times", sa.JSON(), nullable=False),
        sa.Column("dates", sa.JSON(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("holidays", sa.String(length=24), nullable=False),
        sa.Column("kept_days", sa.JSON(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("made_until_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_series_location_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_series_offer_id")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_series_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("public_id", name=op.f("uq_series_public_id")),
    )
    with op.batch_alter_table("series") as batch_op:
        batch_op.create_index(batch_op.f("ix_series_location_id"), ["location_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_series_offer_id"), ["offer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_series_room_id"), ["room_id"], unique=False)

    op.create_table(
        "consent_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consent_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expressed_by", sa.String(length=24), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("form", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["consent_id"], ["consents.id"], name=op.f("fk_consent_events_consent_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_consent_events_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_events")),
    )
    with op.batch_alter_table("consent_events") as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_events_consent_id"), ["consent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_events_recorded_by_id"), ["recorded_by_id"], unique=False)

    op.create_table(
        "series_exceptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("occurrence_on", sa.Date(), nullable=False),
        sa.Column("occurrence_index", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_series_exceptions_room_id")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_series_exceptions_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_exceptions")),
        sa.UniqueConstraint(
            "series_id",
            "occurrence_on",
            "occurrence_index",
            name=op.f("uq_series_exceptions_series_id_occurrence_on_occurrence_index"),
        ),
    )
    with op.batch_alter_table("series_exceptions") as batch_op:
        batch_op.create_index(batch_op.f("ix_series_exceptions_room_id"), ["room_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_series_exceptions_series_id"), ["series_id"], unique=False)

    op.create_table(
        "slots",
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("occurrence_on", sa.Date(), nullable=True),
        sa.Column("occurrence_index", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("local_weekday", sa.Integer(), nullable=False),
        sa.Column("local_minute", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_slots_ends_after_start")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_slots_course_id")),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_slots_location_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_slots_offer_id")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_slots_room_id")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_slots_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint("public_id", name=op.f("uq_slots_public_id")),
        sa.UniqueConstraint(
            "series_id",
            "occurrence_on",
            "occurrence_index",
            name=op.f("uq_slots_series_id_occurrence_on_occurrence_index"),
        ),
    )
    with op.batch_alter_table("slots") as batch_op:
        batch_op.create_index("ix_slots_by_time", ["starts_at", "state", "local_weekday", "local_minute"], unique=False)
        batch_op.create_index(batch_op.f("ix_slots_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_slots_location_id"), ["location_id"], unique=False)
        batch_op.create_index(
            "ix_slots_of_offer", ["offer_id", "starts_at", "id", "state", "local_weekday", "local_minute"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_slots_offer_id"), ["offer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_slots_room_id"), ["room_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_slots_series_id"), ["series_id"], unique=False)

    op.create_table(
        "enquiries",
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=True),
        sa.Column("consent_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("priority", sa.String(length=12), nullable=False),
        sa.Column("field_groups", sa.JSON(), nullable=False),
        sa.Column("rough", sa.JSON(), nullable=False),
        sa.Column("access_needs", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("by_terms", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("answer", sa.String(length=24), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_by_link", sa.Boolean(), nullable=False),
        sa.Column("ended_by", sa.String(length=16), nullable=False),
        sa.Column("hear_by_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_enquiries_answered_by_id")),
        sa.ForeignKeyConstraint(["consent_id"], ["consents.id"], name=op.f("fk_enquiries_consent_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_enquiries_offer_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_enquiries_organisation_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_enquiries_participant_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_enquiries_referral_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_enquiries_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiries")),
        sa.UniqueConstraint("public_id", name=op.f("uq_enquiries_public_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_enquiries_reference")),
    )
    with op.batch_alter_table("enquiries") as batch_op:
        batch_op.create_index(batch_op.f("ix_enquiries_answered_by_id"), ["answered_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enquiries_consent_id"), ["consent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enquiries_offer_id"), ["offer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enquiries_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_enquiries_organisation_id_state"), ["organisation_id", "state"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_enquiries_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enquiries_referral_id"), ["referral_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enquiries_slot_id"), ["slot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enquiries_state_hear_by_at"), ["state", "hear_by_at"], unique=False)

    op.create_table(
        "pools",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("release_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("0 <= taken AND taken <= places", name=op.f("ck_pools_taken_within_places")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_pools_organisation_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_pools_programme_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_pools_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pools")),
    )
    with op.batch_alter_table("pools") as batch_op:
        batch_op.create_index(batch_op.f("ix_pools_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pools_programme_id"), ["programme_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pools_slot_id"), ["slot_id"], unique=False)
        batch_op.create_index(
            "uq_pools_open",
            ["slot_id"],
            unique=True,
            sqlite_where=sa.text("NOT kept"),
            postgresql_where=sa.text("NOT kept"),
        )

    op.create_table(
        "room_ticks",
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("tick", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_room_ticks_room_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_room_ticks_slot_id")),
        sa.PrimaryKeyConstraint("room_id", "tick", name=op.f("pk_room_ticks")),
    )
    with op.batch_alter_table("room_ticks") as batch_op:
        batch_op.create_index(batch_op.f("ix_room_ticks_slot_id"), ["slot_id"], unique=False)

    op.create_table(
        "acknowledgements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enquiry_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("notice_version", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiries.id"], name=op.f("fk_acknowledgements_enquiry_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_acknowledgements_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acknowledgements")),
    )
    with op.batch_alter_table("acknowledgements") as batch_op:
        batch_op.create_index(batch_op.f("ix_acknowledgements_enquiry_id"), ["enquiry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_acknowledgements_user_id"), ["user_id"], unique=False)

    op.create_table(
        "bookings",
        sa.Column("slot_id", sa.Integer(), nullable=True),
        sa.Column("pool_id", sa.Integer(), nullable=True),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("coach_id", sa.Integer(), nullable=True),
        sa.Column("enquiry_id", sa.Integer(), nullable=True),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("access", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("travel_minutes", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("made_by", sa.String(length=16), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=64), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_by", sa.String(length=16), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "enquiry_id IS NOT NULL OR access IN ('open', 'anonymous', 'own') OR state IN ('held', 'expired')",
            name=op.f("ck_bookings_identity_by_enquiry"),
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_bookings_ends_after_start")),
        sa.ForeignKeyConstraint(["coach_id"], ["users.id"], name=op.f("fk_bookings_coach_id")),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiries.id"], name=op.f("fk_bookings_enquiry_id")),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_bookings_location_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_bookings_made_by_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_bookings_participant_id")),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name=op.f("fk_bookings_pool_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_bookings_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_bookings_idempotency_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bookings_public_id")),
        sa.UniqueConstraint("slot_id", "code", name=op.f("uq_bookings_slot_id_code")),
    )
    with op.batch_alter_table("bookings") as batch_op:
        batch_op.create_index(batch_op.f("ix_bookings_coach_id"), ["coach_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookings_coach_id_starts_at"), ["coach_id", "starts_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookings_enquiry_id"), ["enquiry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookings_location_id"), ["location_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookings_made_by_id"), ["made_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookings_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_bookings_participant_id_starts_at"), ["participant_id", "starts_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_bookings_pool_id"), ["pool_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookings_slot_id"), ["slot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookings_state_expires_at"), ["state", "expires_at"], unique=False)
        batch_op.create_index(
            "uq_bookings_live",
            ["slot_id", "participant_id"],
            unique=True,
            sqlite_where=sa.text("slot_id IS NOT NULL AND state IN ('held', 'requested', 'offered', 'confirmed')"),
            postgresql_where=sa.text("slot_id IS NOT NULL AND state IN ('held', 'requested', 'offered', 'confirmed')"),
        )

    op.create_table(
        "disclosures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("enquiry_id", sa.Integer(), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiries.id"], name=op.f("fk_disclosures_enquiry_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_disclosures_organisation_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_disclosures_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
    )
    with op.batch_alter_table("disclosures") as batch_op:
        batch_op.create_index(batch_op.f("ix_disclosures_enquiry_id"), ["enquiry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_disclosures_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_disclosures_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "links",
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("enquiry_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiries.id"], name=op.f("fk_links_enquiry_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_links_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("public_id", name=op.f("uq_links_public_id")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_links_token_digest")),
    )
    with op.batch_alter_table("links") as batch_op:
        batch_op.create_index(batch_op.f("ix_links_enquiry_id"), ["enquiry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_links_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "notices",
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("enquiry_id", sa.Integer(), nullable=True),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("slot_id", sa.Integer(), nullable=True),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=80), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_notices_booking_id")),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiries.id"], name=op.f("fk_notices_enquiry_id")),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitations.id"], name=op.f("fk_notices_invitation_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_notices_organisation_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_notices_participant_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_notices_slot_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("public_id", name=op.f("uq_notices_public_id")),
    )
    with op.batch_alter_table("notices") as batch_op:
        batch_op.create_index(batch_op.f("ix_notices_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_enquiry_id"), ["enquiry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_invitation_id"), ["invitation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_slot_id"), ["slot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_state_next_at"), ["state", "next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_user_id"), ["user_id"], unique=False)

    op.create_table(
        "waitings",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_waitings_booking_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_waitings_participant_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_waitings_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitings")),
        sa.UniqueConstraint("public_id", name=op.f("uq_waitings_public_id")),
    )
    with op.batch_alter_table("waitings") as batch_op:
        batch_op.create_index(batch_op.f("ix_waitings_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waitings_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waitings_slot_id"), ["slot_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_waitings_slot_id_state_created_at"), ["slot_id", "state", "created_at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("waitings") as batch_op:
        batch_op.drop_index(batch_op.f("ix_waitings_slot_id_state_created_at"))
        batch_op.drop_index(batch_op.f("ix_waitings_slot_id"))
        batch_op.drop_index(batch_op.f("ix_waitings_participant_id"))
        batch_op.drop_index(batch_op.f("ix_waitings_booking_id"))

    op.drop_table("waitings")
    with op.batch_alter_table("notices") as batch_op:
        batch_op.drop_index(batch_op.f("ix_notices_user_id"))
        batch_op.drop_index(batch_op.f("ix_notices_state_next_at"))
        batch_op.drop_index(batch_op.f("ix_notices_slot_id"))
        batch_op.drop_index(batch_op.f("ix_notices_participant_id"))
        batch_op.drop_index(batch_op.f("ix_notices_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_notices_invitation_id"))
        batch_op.drop_index(batch_op.f("ix_notices_enquiry_id"))
        batch_op.drop_index(batch_op.f("ix_notices_booking_id"))

    op.drop_table("notices")
    with op.batch_alter_table("links") as batch_op:
        batch_op.drop_index(batch_op.f("ix_links_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_links_enquiry_id"))

    op.drop_table("links")
    with op.batch_alter_table("disclosures") as batch_op:
        batch_op.drop_index(batch_op.f("ix_disclosures_participant_id"))
        batch_op.drop_index(batch_op.f("ix_disclosures_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_disclosures_enquiry_id"))

    op.drop_table("disclosures")
    with op.batch_alter_table("bookings") as batch_op:
        batch_op.drop_index(
            "uq_bookings_live",
            sqlite_where=sa.text("slot_id IS NOT NULL AND state IN ('held', 'requested', 'offered', 'confirmed')"),
            postgresql_where=sa.text("slot_id IS NOT NULL AND state IN ('held', 'requested', 'offered', 'confirmed')"),
        )
        batch_op.drop_index(batch_op.f("ix_bookings_state_expires_at"))
        batch_op.drop_index(batch_op.f("ix_bookings_slot_id"))
        batch_op.drop_index(batch_op.f("ix_bookings_pool_id"))
        batch_op.drop_index(batch_op.f("ix_bookings_participant_id_starts_at"))
        batch_op.drop_index(batch_op.f("ix_bookings_participant_id"))
        batch_op.drop_index(batch_op.f("ix_bookings_made_by_id"))
        batch_op.drop_index(batch_op.f("ix_bookings_location_id"))
        batch_op.drop_index(batch_op.f("ix_bookings_enquiry_id"))
        batch_op.drop_index(batch_op.f("ix_bookings_coach_id_starts_at"))
        batch_op.drop_index(batch_op.f("ix_bookings_coach_id"))

    op.drop_table("bookings")
    with op.batch_alter_table("acknowledgements") as batch_op:
        batch_op.drop_index(batch_op.f("ix_acknowledgements_user_id"))
        batch_op.drop_index(batch_op.f("ix_acknowledgements_enquiry_id"))

    op.drop_table("acknowledgements")
    with op.batch_alter_table("room_ticks") as batch_op:
        batch_op.drop_index(batch_op.f("ix_room_ticks_slot_id"))

    op.drop_table("room_ticks")
    with op.batch_alter_table("pools") as batch_op:
        batch_op.drop_index("uq_pools_open", sqlite_where=sa.text("NOT kept"), postgresql_where=sa.text("NOT kept"))
        batch_op.drop_index(batch_op.f("ix_pools_slot_id"))
        batch_op.drop_index(batch_op.f("ix_pools_programme_id"))
        batch_op.drop_index(batch_op.f("ix_pools_organisation_id"))

    op.drop_table("pools")
    with op.batch_alter_table("enquiries") as batch_op:
        batch_op.drop_index(batch_op.f("ix_enquiries_state_hear_by_at"))
        batch_op.drop_index(batch_op.f("ix_enquiries_slot_id"))
        batch_op.drop_index(batch_op.f("ix_enquiries_referral_id"))
        batch_op.drop_index(batch_op.f("ix_enquiries_participant_id"))
        batch_op.drop_index(batch_op.f("ix_enquiries_organisation_id_state"))
        batch_op.drop_index(batch_op.f("ix_enquiries_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_enquiries_offer_id"))
        batch_op.drop_index(batch_op.f("ix_enquiries_consent_id"))
        batch_op.drop_index(batch_op.f("ix_enquiries_answered_by_id"))

    op.drop_table("enquiries")
    with op.batch_alter_table("slots") as batch_op:
        batch_op.drop_index(batch_op.f("ix_slots_series_id"))
        batch_op.drop_index(batch_op.f("ix_slots_room_id"))
        batch_op.drop_index(batch_op.f("ix_slots_offer_id"))
        batch_op.drop_index("ix_slots_of_offer")
        batch_op.drop_index(batch_op.f("ix_slots_location_id"))
        batch_op.drop_index(batch_op.f("ix_slots_course_id"))
        batch_op.drop_index("ix_slots_by_time")

    op.drop_table("slots")
    with op.batch_alter_table("series_exceptions") as batch_op:
        batch_op.drop_index(batch_op.f("ix_series_exceptions_series_id"))
        batch_op.drop_index(batch_op.f("ix_series_exceptions_room_id"))

    op.drop_table("series_exceptions")
    with op.batch_alter_table("consent_events") as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_events_recorded_by_id"))
        batch_op.drop_index(batch_op.f("ix_consent_events_consent_id"))

    op.drop_table("consent_events")
    with op.batch_alter_table("series") as batch_op:
        batch_op.drop_index(batch_op.f("ix_series_room_id"))
        batch_op.drop_index(batch_op.f("ix_series_offer_id"))
        batch_op.drop_index(batch_op.f("ix_series_location_id"))

    op.drop_table("series")
    with op.batch_alter_table("offer_programmes") as batch_op:
        batch_op.drop_index(batch_op.f("ix_offer_programmes_programme_id"))

    op.drop_table("offer_programmes")
    with op.batch_alter_table("courses") as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_offer_id"))

    op.drop_table("courses")
    with op.batch_alter_table("consents") as batch_op:
        batch_op.drop_index(batch_op.f("ix_consents_requested_by_id"))
        batch_op.drop_index(batch_op.f("ix_consents_referral_id"))
        batch_op.drop_index(batch_op.f("ix_consents_previous_id"))
        batch_op.drop_index(batch_op.f("ix_consents_participant_id_scope_organisation_id_offer_id"))
        batch_op.drop_index(batch_op.f("ix_consents_participant_id"))
        batch_op.drop_index(batch_op.f("ix_consents_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_consents_offer_id"))

    op.drop_table("consents")
    with op.batch_alter_table("offers") as batch_op:
        batch_op.drop_index(batch_op.f("ix_offers_state_aim"))
        batch_op.drop_index(batch_op.f("ix_offers_room_id"))
        batch_op.drop_index(batch_op.f("ix_offers_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_offers_location_id"))
        batch_op.drop_index(batch_op.f("ix_offers_confirmed_by_id"))

    op.drop_table("offers")
    with op.batch_alter_table("logins") as batch_op:
        batch_op.drop_index(batch_op.f("ix_logins_user_id"))
        batch_op.drop_index(batch_op.f("ix_logins_card_id"))

    op.drop_table("logins")
    with op.batch_alter_table("subscriptions") as batch_op:
        batch_op.drop_index(batch_op.f("ix_subscriptions_user_id"))
        batch_op.drop_index(batch_op.f("ix_subscriptions_participant_id"))
        batch_op.drop_index(batch_op.f("ix_subscriptions_organisation_id"))

    op.drop_table("subscriptions")
    with op.batch_alter_table("rooms") as batch_op:
        batch_op.drop_index(batch_op.f("ix_rooms_location_id"))

    op.drop_table("rooms")
    with op.batch_alter_table("releases") as batch_op:
        batch_op.drop_index(batch_op.f("ix_releases_participant_id"))
        batch_op.drop_index(batch_op.f("ix_releases_organisation_id"))

    op.drop_table("releases")
    with op.batch_alter_table("referrals") as batch_op:
        batch_op.drop_index(batch_op.f("ix_referrals_participant_id"))
        batch_op.drop_index(batch_op.f("ix_referrals_coach_id"))

    op.drop_table("referrals")
    with op.batch_alter_table("participations") as batch_op:
        batch_op.drop_index(batch_op.f("ix_participations_proposed_by_id"))
        batch_op.drop_index(batch_op.f("ix_participations_programme_id"))
        batch_op.drop_index(batch_op.f("ix_participations_participant_id"))
        batch_op.drop_index(batch_op.f("ix_participations_decided_by_id"))
        batch_op.drop_index(batch_op.f("ix_participations_case_manager_id"))

    op.drop_table("participations")
    with op.batch_alter_table("cards") as batch_op:
        batch_op.drop_index(batch_op.f("ix_cards_participant_id"))

    op.drop_table("cards")
    with op.batch_alter_table("programme_organisations") as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_organisations_organisation_id"))

    op.drop_table("programme_organisations")
    with op.batch_alter_table("participants") as batch_op:
        batch_op.drop_index(batch_op.f("ix_participants_jobcenter_id_name_digest"))
        batch_op.drop_index(batch_op.f("ix_participants_jobcenter_id"))
        batch_op.drop_index(batch_op.f("ix_participants_coach_id"))

    op.drop_table("participants")
    with op.batch_alter_table("memberships") as batch_op:
        batch_op.drop_index(batch_op.f("ix_memberships_user_id"))
        batch_op.drop_index(batch_op.f("ix_memberships_organisation_id"))

    op.drop_table("memberships")
    with op.batch_alter_table("log_subjects") as batch_op:
        batch_op.drop_index(batch_op.f("ix_log_subjects_subject"))

    op.drop_table("log_subjects")
    with op.batch_alter_table("locations") as batch_op:
        batch_op.drop_index(batch_op.f("ix_locations_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_locations_municipality_code"))
        batch_op.drop_index(batch_op.f("ix_locations_latitude_longitude"))

    op.drop_table("locations")
    with op.batch_alter_table("invitations") as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitations_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_invitations_invited_by_id"))

    op.drop_table("invitations")
    with op.batch_alter_table("covers") as batch_op:
        batch_op.drop_index(batch_op.f("ix_covers_ordered_by_id"))
        batch_op.drop_index(batch_op.f("ix_covers_deputy_id"))
        batch_op.drop_index(batch_op.f("ix_covers_coach_id"))

    op.drop_table("covers")
    with op.batch_alter_table("closures") as batch_op:
        batch_op.drop_index(batch_op.f("ix_closures_organisation_id"))

    op.drop_table("closures")
    op.drop_table("users")
    op.drop_table("programmes")
    with op.batch_alter_table("organisations") as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisations_parent_id"))
        batch_op.drop_index(batch_op.f("ix_organisations_municipality_code"))

    op.drop_table("organisations")
    with op.batch_alter_table("log_entries") as batch_op:
        batch_op.drop_index(batch_op.f("ix_log_entries_at"))
        batch_op.drop_index(batch_op.f("ix_log_entries_actor_ref_action_at"))
        batch_op.drop_index(batch_op.f("ix_log_entries_action"))

    op.drop_table("log_entries")
    op.drop_table("log_chain")
    with op.batch_alter_table("attempts") as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempts_kind_key_digest_at"))
        batch_op.drop_index(batch_op.f("ix_attempts_at"))

    op.drop_table("attempts")
