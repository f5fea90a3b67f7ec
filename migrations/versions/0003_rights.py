"""rights."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# As in 0002: asked once a statement, not once a row, because they are selected.
_OWN = "(SELECT nullif(current_setting('app.clinic_id', true), '')::uuid)"
_ALL = "(SELECT current_setting('app.all_clinics', true) = 'on')"


def _keep_to_clinics(*tables: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in tables:
        op.execute(f"CREATE POLICY of_clinic ON {table} USING (clinic_id = {_OWN} OR {_ALL})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def upgrade() -> None:
    op.create_table(
        "erased_patient",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scrubbed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_erased_patient_clinic_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "clinic_id", name=op.f("pk_erased_patient")),
        sqlite_strict=True,
    )
    op.create_table(
        "erasure_request",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("was_restricted", sa.Boolean(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_erasure_request_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_erasure_request_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_request")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_erasure_request_clinic_id_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_erasure_request_due", "erasure_request", ["due_at"], unique=False)
    op.create_index(
        "uq_erasure_request_open",
        "erasure_request",
        ["clinic_id", "patient_id"],
        unique=True,
        sqlite_where=sa.text("taken_back_at IS NULL"),
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )
    op.create_table(
        "profile_revision",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_profile_revision_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_profile_revision_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_revision")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_profile_revision_clinic_id_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_profile_revision_patient", "profile_revision", ["clinic_id", "patient_id"], unique=False
    )
    op.create_table(
        "retention_hold",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(reason) <= 300", name=op.f("ck_retention_hold_reason_length")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patient.clinic_id", "patient.id"],
            name=op.f("fk_retention_hold_clinic_id_patient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_retention_hold_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_hold")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_retention_hold_clinic_id_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_retention_hold_open",
        "retention_hold",
        ["clinic_id", "patient_id"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.add_column("patient", sa.Column("restricted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_patient_restricted", "patient", ["clinic_id", "restricted_at", "id"], unique=False
    )
    _keep_to_clinics("erased_patient", "erasure_request", "profile_revision", "retention_hold")


def downgrade() -> None:
    op.drop_index("ix_patient_restricted", table_name="patient")
    op.drop_column("patient", "restricted_at")
    op.drop_index(
        "uq_retention_hold_open",
        table_name="retention_hold",
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.drop_table("retention_hold")
    op.drop_index("ix_profile_revision_patient", table_name="profile_revision")
    op.drop_table("profile_revision")
    op.drop_index(
        "uq_erasure_request_open",
        table_name="erasure_request",
        sqlite_where=sa.text("taken_back_at IS NULL"),
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )
    op.drop_index("ix_erasure_request_due", table_name="erasure_request")
    op.drop_table("erasure_request")
    op.drop_table("erased_patient")
