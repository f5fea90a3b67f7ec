"""row_level_security."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OWNED = (
    *("audit_event", "audit_head", "clinic_treatment", "exercise", "help_numbers"),
    *("log_conflict", "log_revision", "logged_exercise", "logged_session", "membership"),
    *("morning_check", "patient", "pause", "performed_set", "prescription", "program"),
    *("program_version", "program_week", "safety_check", "second_factor_reset", "seen_version"),
    *("topic_state", "weekly_check"),
)
_COLUMNS = {"clinic": "id"} | dict.fromkeys(_OWNED, "clinic_id")

# Asked once a statement, not once a row, because they are selected.
_OWN = "(SELECT nullif(current_setting('app.clinic_id', true), '')::uuid)"
_ALL = "(SELECT current_setting('app.all_clinics', true) = 'on')"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column in _COLUMNS.items():
        op.execute(f"CREATE POLICY of_clinic ON {table} USING ({column} = {_OWN} OR {_ALL})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in _COLUMNS:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
        op.execute(f"DROP POLICY of_clinic ON {table}")
