"""begin."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clinic",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column(
            "week_starts_on",
            sa.Enum(
                "monday",
                "sunday",
                name="weekstart",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "second_factor_for",
            sa.Enum(
                "nobody",
                "managers",
                "staff",
                name="secondfactorfor",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(name) <= 120", name=op.f("ck_clinic_name_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic")),
        sqlite_strict=True,
    )
    op.create_table(
        "outbox_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.String(length=10000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_mail")),
        sqlite_strict=True,
    )
    op.create_index("ix_outbox_mail_sent", "outbox_mail", ["sent_at"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=256), nullable=True),
        sa.Column("second_factor_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_person_email_lower")),
        sa.CheckConstraint("length(email) <= 254", name=op.f("ck_person_email_length")),
        sa.CheckConstraint("length(name) <= 120", name=op.f("ck_person_name_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sqlite_strict=True,
    )
    op.create_table(
        "rate_limit",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("full_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_limit")),
        sqlite_strict=True,
    )
    op.create_index("ix_rate_limit_full_at", "rate_limit", ["full_at"], unique=False)
    op.create_table(
        "audit_event",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_audit_event_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_audit_event_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "number", name=op.f("uq_audit_event_clinic_id_number")),
        sqlite_strict=True,
    )
    op.create_index("ix_audit_event_at", "audit_event", ["clinic_id", "at"], unique=False)
    op.create_index(
        "ix_audit_event_patient", "audit_event", ["clinic_id", "patient_id", "at"], unique=False
    )
    op.create_table(
        "audit_head",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_audit_head_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", name=op.f("pk_audit_head")),
        sqlite_strict=True,
    )
    op.create_table(
        "authenticator",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_timecode", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_authenticator_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_authenticator")),
        sqlite_strict=True,
    )
    op.create_table(
        "exercise",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "seed",
                "clinic",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("copied_from", sa.String(length=80), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("position", sa.String(length=32), nullable=False),
        sa.Column("equipment", sa.JSON(), nullable=False),
        sa.Column("equipment_any", sa.JSON(), nullable=False),
        sa.Column("equipment_optional", sa.JSON(), nullable=False),
        sa.Column("laterality", sa.String(length=32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("ladder", sa.String(length=80), nullable=True),
        sa.Column("rung", sa.Integer(), nullable=True),
        sa.Column("pfj_load", sa.String(length=32), nullable=False),
        sa.Column("load_type", sa.String(length=32), nullable=False),
        sa.Column("dose", sa.JSON(), nullable=False),
        sa.Column("sessions_per_week", sa.Integer(), nullable=False),
        sa.Column("optional", sa.Boolean(), nullable=False),
        sa.Column("cautions", sa.JSON(), nullable=False),
        sa.Column("contraindications", sa.JSON(), nullable=False),
        sa.Column("evidence_level", sa.String(length=1), nullable=True),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("cues", sa.JSON(), nullable=False),
        sa.Column("figure", sa.String(length=80), nullable=True),
        sa.Column("media_id", sa.Uuid(), nullable=True),
        sa.Column("media_type", sa.String(length=32), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(media_id is null) = (media_type is null)", name=op.f("ck_exercise_media")
        ),
        sa.CheckConstraint(
            "figure is null or media_id is null", name=op.f("ck_exercise_one_picture")
        ),
        sa.CheckConstraint("length(name) <= 120", name=op.f("ck_exercise_name_length")),
        sa.CheckConstraint("level between 1 and 5", name=op.f("ck_exercise_level")),
        sa.CheckConstraint("rung is null or rung >= 1", name=op.f("ck_exercise_rung")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_exercise_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercise")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_exercise_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "slug", name=op.f("uq_exercise_clinic_id_slug")),
        sqlite_strict=True,
    )
    op.create_table(
        "help_numbers",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("emergency", sa.String(length=24), nullable=False),
        sa.Column("urgent", sa.String(length=24), nullable=False),
        sa.Column("clinic", sa.String(length=24), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_help_numbers_clinic_id")
        ),
        sa.PrimaryKeyConstraint("clinic_id", name=op.f("pk_help_numbers")),
        sqlite_strict=True,
    )
    op.create_table(
        "membership",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "patient",
                "physio",
                "manager",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "standing",
            sa.Enum(
                "pending",
                "active",
                "disabled",
                name="standing",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_membership_clinic_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_membership_clinic_id_id")),
        sa.UniqueConstraint(
            "clinic_id", "person_id", name=op.f("uq_membership_clinic_id_person_id")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_membership_person", "membership", ["person_id"], unique=False)
    op.create_index("ix_membership_role", "membership", ["clinic_id", "role"], unique=False)
    op.create_table(
        "passkey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.String(length=2000), nullable=False),
        sa.Column(
            "sign_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(name) <= 80", name=op.f("ck_passkey_name_length")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_passkey_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_passkey_person", "passkey", ["person_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
        sqlite_strict=True,
    )
    op.create_index("ix_recovery_code_person", "recovery_code", ["person_id"], unique=False)
    op.create_table(
        "one_time_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "invitation",
                "reset",
                "email",
                "email_undo",
                "passkey",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("membership_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(email) <= 254", name=op.f("ck_one_time_token_email_length")),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_one_time_token_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_one_time_token_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_token_token_hash")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_one_time_token_membership", "one_time_token", ["membership_id"], unique=False
    )
    op.create_index(
        "ix_one_time_token_person", "one_time_token", ["person_id", "purpose"], unique=False
    )
    op.create_table(
        "patient",
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("physio_id", sa.Uuid(), nullable=True),
        sa.Column(
            "week_starts_on",
            sa.Enum(
                "monday",
                "sunday",
                name="weekstart",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "affected_side",
            sa.Enum(
                "left",
                "right",
                "both",
                name="knee",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "aggravator",
            sa.Enum(
                "stairs",
                "squatting",
                "sitting",
                "running",
                "jumping",
                "kneeling",
                "other",
                name="aggravator",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("goal", sa.String(length=300), nullable=False),
        sa.Column("kit", sa.JSON(), nullable=False),
        sa.Column("blocked_cautions", sa.JSON(), nullable=False),
        sa.Column("symptoms_since_on", sa.Date(), nullable=True),
        sa.Column("last_logged_on", sa.Date(), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(goal) <= 300", name=op.f("ck_patient_goal_length")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "membership_id"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_patient_clinic_id_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "physio_id"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_patient_clinic_id_physio_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_patient_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_patient_clinic_id_id")),
        sa.UniqueConstraint(
            "clinic_id", "membership_id", name=op.f("uq_patient_clinic_id_membership_id")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_patient_physio", "patient", ["clinic_id", "physio_id"], unique=False)
    op.create_table(
        "phone_key",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_phone_key_membership_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_phone_key_person_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_phone_key")),
        sa.UniqueConstraint("id", name=op.f("uq_phone_key_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_phone_key_person", "phone_key", ["person_id"], unique=False)
    op.create_table(
        "second_factor_reset",
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "approved_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_second_factor_reset_clinic_id_approved_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "asked_by"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_second_factor_reset_clinic_id_asked_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "membership_id"],
            ["membership.clinic_id", "membership.id"],
            name=op.f("fk_second_factor_reset_clinic_id_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_second_factor_reset_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor_reset")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_second_factor_reset_clinic_id_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_second_factor_reset_membership",
        "second_factor_reset",
        ["clinic_id", "membership_id"],
        unique=False,
    )
    op.create_table(
        "sign_in",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "password",
                "mfa",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_sign_in_membership_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("id", name=op.f("uq_sign_in_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_sign_in_person", "sign_in", ["person_id"], unique=False)
    op.create_table(
        "clinic_treatment",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "hands_on",
                "taping",
                "orthosis",
                "brace",
                "education",
                "other",
                name="treatmentkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(note) <= 300", name=op.f("ck_clinic_treatment_note_length")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_clinic_treatment_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_clinic_treatment_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic_treatment")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_clinic_treatment_clinic_id_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_clinic_treatment_patient",
        "clinic_treatment",
        ["clinic_id", "patient_id", "on_day"],
        unique=False,
    )
    op.create_table(
        "morning_check",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("pain", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("pain between 0 and 10", name=op.f("ck_morning_check_pain")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_morning_check_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_morning_check_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_morning_check")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_morning_check_clinic_id_id")),
        sa.UniqueConstraint(
            "clinic_id",
            "patient_id",
            "on_day",
            name=op.f("uq_morning_check_clinic_id_patient_id_on_day"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "program",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("template", sa.String(length=80), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_before", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=300), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "ends_before is null or ends_before >= starts_on",
            name=op.f("ck_program_ends_after_start"),
        ),
        sa.CheckConstraint("length(title) <= 120", name=op.f("ck_program_title_length")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_program_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_program_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_program_clinic_id_id")),
        sa.UniqueConstraint(
            "clinic_id", "patient_id", "id", name=op.f("uq_program_clinic_id_patient_id_id")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_program_patient", "program", ["clinic_id", "patient_id", "starts_on"], unique=False
    )
    op.create_table(
        "topic_state",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("put_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_topic_state_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_topic_state_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_state")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_topic_state_clinic_id_id")),
        sa.UniqueConstraint(
            "clinic_id", "patient_id", "slug", name=op.f("uq_topic_state_clinic_id_patient_id_slug")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "weekly_check",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("worst", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("usual between 0 and worst", name=op.f("ck_weekly_check_usual")),
        sa.CheckConstraint("worst between 0 and 10", name=op.f("ck_weekly_check_worst")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_weekly_check_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_weekly_check_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_check")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_weekly_check_clinic_id_id")),
        sa.UniqueConstraint(
            "clinic_id",
            "patient_id",
            "first_on",
            name=op.f("uq_weekly_check_clinic_id_patient_id_first_on"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "pause",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "illness",
                "holiday",
                "physio_advised",
                "flare",
                "safety",
                "other",
                name="pausereason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "last_on is null or last_on >= first_on", name=op.f("ck_pause_ends_after_start")
        ),
        sa.CheckConstraint("length(note) <= 300", name=op.f("ck_pause_note_length")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "program_id"],
            ["program.clinic_id", "program.id"],
            name=op.f("fk_pause_clinic_id_program_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_pause_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_pause_clinic_id_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_pause_program", "pause", ["clinic_id", "program_id"], unique=False)
    op.create_table(
        "program_version",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("sessions_per_week", sa.Integer(), nullable=False),
        sa.Column("preferred_days", sa.JSON(), nullable=False),
        sa.Column(
            "pain_profile",
            sa.Enum(
                "standard",
                "irritable",
                "running",
                name="profile",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("green_max", sa.Integer(), nullable=False),
        sa.Column("amber_max", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "green_max between 0 and 9 and amber_max between green_max and 10",
            name=op.f("ck_program_version_pain"),
        ),
        sa.CheckConstraint("length(note) <= 2000", name=op.f("ck_program_version_note_length")),
        sa.CheckConstraint("length(reason) <= 300", name=op.f("ck_program_version_reason_length")),
        sa.CheckConstraint(
            "sessions_per_week between 1 and 7", name=op.f("ck_program_version_frequency")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "program_id"],
            ["program.clinic_id", "program.id"],
            name=op.f("fk_program_version_clinic_id_program_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_program_version_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_version")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_program_version_clinic_id_id")),
        sa.UniqueConstraint(
            "clinic_id",
            "program_id",
            "number",
            name=op.f("uq_program_version_clinic_id_program_id_number"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "program_week",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "scored",
                "paused",
                "not_scored",
                name="weekstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_sevenths", sa.Integer(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("extra", sa.Integer(), nullable=False),
        sa.Column("active_days", sa.Integer(), nullable=False),
        sa.Column("paused_days", sa.Integer(), nullable=False),
        sa.Column("dose_num", sa.Integer(), nullable=False),
        sa.Column("dose_den", sa.Integer(), nullable=False),
        sa.CheckConstraint("met <= due and met <= done", name=op.f("ck_program_week_met")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_program_week_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "program_id"],
            ["program.clinic_id", "program.id"],
            name=op.f("fk_program_week_clinic_id_program_id"),
        ),
        sa.PrimaryKeyConstraint(
            "clinic_id", "program_id", "first_on", "patient_id", name=op.f("pk_program_week")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_program_week_first_on",
        "program_week",
        ["clinic_id", "first_on", "patient_id", "met", "due", "extra"],
        unique=False,
    )
    op.create_index(
        "ix_program_week_patient",
        "program_week",
        ["clinic_id", "patient_id", "first_on", "met", "due", "extra"],
        unique=False,
    )
    op.create_table(
        "seen_version",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "program_id"],
            ["program.clinic_id", "program.id"],
            name=op.f("fk_seen_version_clinic_id_program_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_seen_version_clinic_id")
        ),
        sa.PrimaryKeyConstraint("clinic_id", "program_id", name=op.f("pk_seen_version")),
        sqlite_strict=True,
    )
    op.create_table(
        "logged_session",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("performed_on", sa.Date(), nullable=False),
        sa.Column("performed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("pain_before", sa.Integer(), nullable=True),
        sa.Column("pain_during", sa.Integer(), nullable=False),
        sa.Column("settled_within_hour", sa.Boolean(), nullable=True),
        sa.Column("limp", sa.Boolean(), nullable=False),
        sa.Column("new_swelling", sa.Boolean(), nullable=False),
        sa.Column("red_flag", sa.Boolean(), nullable=False),
        sa.Column("stopped_for_pain", sa.Boolean(), nullable=False),
        sa.Column("sore_exercise_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(note) <= 2000", name=op.f("ck_logged_session_note_length")),
        sa.CheckConstraint(
            "pain_before between 0 and 10", name=op.f("ck_logged_session_pain_before")
        ),
        sa.CheckConstraint(
            "pain_during between 0 and 10", name=op.f("ck_logged_session_pain_during")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id", "program_id"],
            ["program.clinic_id", "program.patient_id", "program.id"],
            name=op.f("fk_logged_session_clinic_id_patient_id_program_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "version_id"],
            ["program_version.clinic_id", "program_version.id"],
            name=op.f("fk_logged_session_clinic_id_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_logged_session_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logged_session")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_logged_session_clinic_id_id")),
        sa.UniqueConstraint(
            "clinic_id",
            "patient_id",
            "client_id",
            name=op.f("uq_logged_session_clinic_id_patient_id_client_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_logged_session_day",
        "logged_session",
        ["clinic_id", "patient_id", "performed_on"],
        unique=False,
    )
    op.create_index(
        "ix_logged_session_program",
        "logged_session",
        ["clinic_id", "program_id", "performed_on"],
        unique=False,
    )
    op.create_table(
        "prescription",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("exercise_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("optional", sa.Boolean(), nullable=False),
        sa.Column("sets", sa.Integer(), nullable=False),
        sa.Column("reps", sa.Integer(), nullable=True),
        sa.Column("reps_max", sa.Integer(), nullable=True),
        sa.Column("hold_s", sa.Integer(), nullable=True),
        sa.Column("hold_max_s", sa.Integer(), nullable=True),
        sa.Column("work_s", sa.Integer(), nullable=True),
        sa.Column("load_g", sa.Integer(), nullable=True),
        sa.Column("band", sa.Integer(), nullable=True),
        sa.Column("tempo", sa.String(length=16), nullable=True),
        sa.Column("rest_s", sa.Integer(), nullable=True),
        sa.Column(
            "side",
            sa.Enum(
                "left",
                "right",
                "both",
                "alternating",
                name="side",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("per_side", sa.Boolean(), nullable=False),
        sa.Column("target_rpe", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("hold_max_s >= hold_s", name=op.f("ck_prescription_hold_range")),
        sa.CheckConstraint("load_g is null or load_g > 0", name=op.f("ck_prescription_load")),
        sa.CheckConstraint(
            "reps is not null or hold_s is not null or work_s is not null",
            name=op.f("ck_prescription_something_to_do"),
        ),
        sa.CheckConstraint("reps_max >= reps", name=op.f("ck_prescription_reps_range")),
        sa.CheckConstraint("sets between 1 and 10", name=op.f("ck_prescription_sets")),
        sa.CheckConstraint("target_rpe between 1 and 10", name=op.f("ck_prescription_effort")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "exercise_id"],
            ["exercise.clinic_id", "exercise.id"],
            name=op.f("fk_prescription_clinic_id_exercise_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "version_id"],
            ["program_version.clinic_id", "program_version.id"],
            name=op.f("fk_prescription_clinic_id_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_prescription_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prescription")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_prescription_clinic_id_id")),
        sa.UniqueConstraint(
            "clinic_id",
            "version_id",
            "exercise_id",
            name=op.f("uq_prescription_clinic_id_version_id_exercise_id"),
        ),
        sa.UniqueConstraint(
            "clinic_id",
            "version_id",
            "position",
            name=op.f("uq_prescription_clinic_id_version_id_position"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "log_conflict",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "session_id"],
            ["logged_session.clinic_id", "logged_session.id"],
            name=op.f("fk_log_conflict_clinic_id_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_log_conflict_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_conflict")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_log_conflict_clinic_id_id")),
        sa.UniqueConstraint(
            "clinic_id",
            "session_id",
            "content_hash",
            name=op.f("uq_log_conflict_clinic_id_session_id_content_hash"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "log_revision",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "session_id"],
            ["logged_session.clinic_id", "logged_session.id"],
            name=op.f("fk_log_revision_clinic_id_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_log_revision_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_revision")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_log_revision_clinic_id_id")),
        sa.UniqueConstraint(
            "clinic_id",
            "session_id",
            "revision",
            name=op.f("uq_log_revision_clinic_id_session_id_revision"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "logged_exercise",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("exercise_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("counted_sets", sa.Integer(), nullable=False),
        sa.Column("effort", sa.Integer(), nullable=True),
        sa.Column(
            "skipped",
            sa.Enum(
                "pain",
                "no_time",
                "no_kit",
                "forgot",
                "felt_better",
                "other",
                name="skipreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("counted_sets >= 0", name=op.f("ck_logged_exercise_counted_sets")),
        sa.CheckConstraint("effort between 1 and 10", name=op.f("ck_logged_exercise_effort")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "exercise_id"],
            ["exercise.clinic_id", "exercise.id"],
            name=op.f("fk_logged_exercise_clinic_id_exercise_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "session_id"],
            ["logged_session.clinic_id", "logged_session.id"],
            name=op.f("fk_logged_exercise_clinic_id_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_logged_exercise_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logged_exercise")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_logged_exercise_clinic_id_id")),
        sa.UniqueConstraint(
            "clinic_id",
            "session_id",
            "exercise_id",
            name=op.f("uq_logged_exercise_clinic_id_session_id_exercise_id"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "safety_check",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("signs", sa.JSON(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "emergency_now",
                "emergency_today",
                "urgent_today",
                "urgent",
                "doctor_days",
                "assessment_days",
                "physio_first",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("wording", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_by", sa.Uuid(), nullable=True),
        sa.Column("clear_note", sa.String(length=2000), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "cleared_at is null or clear_note <> ''",
            name=op.f("ck_safety_check_cleared_with_a_note"),
        ),
        sa.CheckConstraint(
            "length(clear_note) <= 2000", name=op.f("ck_safety_check_clear_note_length")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_safety_check_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "session_id"],
            ["logged_session.clinic_id", "logged_session.id"],
            name=op.f("fk_safety_check_clinic_id_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_safety_check_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_check")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_safety_check_clinic_id_id")),
        sa.UniqueConstraint(
            "clinic_id",
            "patient_id",
            "client_id",
            name=op.f("uq_safety_check_clinic_id_patient_id_client_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_safety_check_patient",
        "safety_check",
        ["clinic_id", "patient_id", "answered_at"],
        unique=False,
    )
    op.create_table(
        "performed_set",
        sa.Column("exercise_row_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "left",
                "right",
                name="setside",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("reps", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("load_g", sa.Integer(), nullable=True),
        sa.Column("band", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("reps between 0 and 1000", name=op.f("ck_performed_set_reps")),
        sa.CheckConstraint(
            "reps is not null or seconds is not null", name=op.f("ck_performed_set_something_done")
        ),
        sa.CheckConstraint("seconds between 0 and 36000", name=op.f("ck_performed_set_seconds")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "exercise_row_id"],
            ["logged_exercise.clinic_id", "logged_exercise.id"],
            name=op.f("fk_performed_set_clinic_id_exercise_row_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_performed_set_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performed_set")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_performed_set_clinic_id_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_performed_set_exercise", "performed_set", ["clinic_id", "exercise_row_id"], unique=False
    )
    for statement in _KEEP_AUDIT[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_performed_set_exercise", table_name="performed_set")
    op.drop_table("performed_set")
    op.drop_index("ix_safety_check_patient", table_name="safety_check")
    op.drop_table("safety_check")
    op.drop_table("logged_exercise")
    op.drop_table("log_revision")
    op.drop_table("log_conflict")
    op.drop_table("prescription")
    op.drop_index("ix_logged_session_program", table_name="logged_session")
    op.drop_index("ix_logged_session_day", table_name="logged_session")
    op.drop_table("logged_session")
    op.drop_table("seen_version")
    op.drop_index("ix_program_week_patient", table_name="program_week")
    op.drop_index("ix_program_week_first_on", table_name="program_week")
    op.drop_table("program_week")
    op.drop_table("program_version")
    op.drop_index("ix_pause_program", table_name="pause")
    op.drop_table("pause")
    op.drop_table("weekly_check")
    op.drop_table("topic_state")
    op.drop_index("ix_program_patient", table_name="program")
    op.drop_table("program")
    op.drop_table("morning_check")
    op.drop_index("ix_clinic_treatment_patient", table_name="clinic_treatment")
    op.drop_table("clinic_treatment")
    op.drop_index("ix_sign_in_person", table_name="sign_in")
    op.drop_table("sign_in")
    op.drop_index("ix_second_factor_reset_membership", table_name="second_factor_reset")
    op.drop_table("second_factor_reset")
    op.drop_index("ix_phone_key_person", table_name="phone_key")
    op.drop_table("phone_key")
    op.drop_index("ix_patient_physio", table_name="patient")
    op.drop_table("patient")
    op.drop_index("ix_one_time_token_person", table_name="one_time_token")
    op.drop_index("ix_one_time_token_membership", table_name="one_time_token")
    op.drop_table("one_time_token")
    op.drop_index("ix_recovery_code_person", table_name="recovery_code")
    op.drop_table("recovery_code")
    op.drop_index("ix_passkey_person", table_name="passkey")
    op.drop_table("passkey")
    op.drop_index("ix_membership_role", table_name="membership")
    op.drop_index("ix_membership_person", table_name="membership")
    op.drop_table("membership")
    op.drop_table("help_numbers")
    op.drop_table("exercise")
    op.drop_table("authenticator")
    op.drop_table("audit_head")
    op.drop_index("ix_audit_event_patient", table_name="audit_event")
    op.drop_index("ix_audit_event_at", table_name="audit_event")
    op.drop_table("audit_event")
    op.drop_index("ix_rate_limit_full_at", table_name="rate_limit")
    op.drop_table("rate_limit")
    op.drop_table("person")
    op.drop_index("ix_outbox_mail_sent", table_name="outbox_mail")
    op.drop_table("outbox_mail")
    op.drop_table("clinic")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_moves_head, audit_refuses")


_MOVE_HEAD = """
    INSERT INTO audit_head (clinic_id, number, mac) VALUES (NEW.clinic_id, NEW.number, NEW.mac)
    ON CONFLICT (clinic_id) DO UPDATE SET number = excluded.number, mac = excluded.mac;
"""
_KEEP_AUDIT = {
    "sqlite": [
        f"CREATE TRIGGER audit_event_moves_head AFTER INSERT ON audit_event BEGIN {_MOVE_HEAD} END",
        "CREATE TRIGGER audit_event_stays BEFORE UPDATE ON audit_event"
        " BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",
        "CREATE TRIGGER audit_event_remains BEFORE DELETE ON audit_event"
        " BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",
        "CREATE TRIGGER audit_head_remains BEFORE DELETE ON audit_head"
        " BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION audit_moves_head() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {_MOVE_HEAD} RETURN NULL; END $$",
        "CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$",
        "CREATE TRIGGER audit_event_moves_head AFTER INSERT ON audit_event"
        " FOR EACH ROW EXECUTE FUNCTION audit_moves_head()",
        "CREATE TRIGGER audit_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()",
        "CREATE TRIGGER audit_head_remains BEFORE DELETE OR TRUNCATE ON audit_head"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()",
    ],
}
