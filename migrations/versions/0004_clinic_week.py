"""clinic_week."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# As in 0002: asked once a statement, not once a row, because they are selected.
_OWN = "(SELECT nullif(current_setting('app.clinic_id', true), '')::uuid)"
_ALL = "(SELECT current_setting('app.all_clinics', true) = 'on')"

_SHARE = {
    "sqlite": "instr('123456789abcdef', substr({row}.patient_id, -1))",
    "postgresql": "get_byte(uuid_send({row}.patient_id), 15) & 15",
}
"""The last of a patient's id, which is random: 0 to 15."""


def upgrade() -> None:
    op.create_table(
        "clinic_week",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("extra", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_clinic_week_clinic_id")
        ),
        sa.PrimaryKeyConstraint("clinic_id", "first_on", "share", name=op.f("pk_clinic_week")),
        sqlite_strict=True,
    )
    dialect = op.get_bind().dialect.name
    share = _SHARE[dialect].format(row="program_week")
    op.execute(
        f"INSERT INTO clinic_week (clinic_id, first_on, share, met, due, extra)"  # noqa: S608 - names of the schema
        f" SELECT clinic_id, first_on, {share}, sum(met), sum(due), sum(extra)"
        f" FROM program_week GROUP BY 1, 2, 3"
    )
    if dialect == "postgresql":
        op.execute(f"CREATE POLICY of_clinic ON clinic_week USING (clinic_id = {_OWN} OR {_ALL})")
        op.execute("ALTER TABLE clinic_week ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    for statement in _keep_in_step(dialect):
        op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for deed in _DEEDS:
        of_table = " ON program_week" if dialect == "postgresql" else ""
        op.execute(f"DROP TRIGGER program_week_{deed}{of_table}")
    if dialect == "postgresql":
        op.execute(
            "DROP FUNCTION program_week_adds(), program_week_changes(), program_week_takes()"
        )
    op.drop_table("clinic_week")


_ADDS = """
    INSERT INTO clinic_week (clinic_id, first_on, share, met, due, extra)
    VALUES (NEW.clinic_id, NEW.first_on, {new}, NEW.met, NEW.due, NEW.extra)
    ON CONFLICT (clinic_id, first_on, share) DO UPDATE SET met = clinic_week.met + excluded.met,
    due = clinic_week.due + excluded.due, extra = clinic_week.extra + excluded.extra;
"""
_CHANGES = """
    UPDATE clinic_week SET met = met + NEW.met - OLD.met, due = due + NEW.due - OLD.due,
    extra = extra + NEW.extra - OLD.extra
    WHERE clinic_id = NEW.clinic_id AND first_on = NEW.first_on AND share = {new};
"""
_TAKES = """
    UPDATE clinic_week SET met = met - OLD.met, due = due - OLD.due, extra = extra - OLD.extra
    WHERE clinic_id = OLD.clinic_id AND first_on = OLD.first_on AND share = {old};
"""
_DIFFERS = "WHEN (NEW.met <> OLD.met OR NEW.due <> OLD.due OR NEW.extra <> OLD.extra)"
_DEEDS = {
    "adds": ("AFTER INSERT ON program_week", "", _ADDS),
    "changes": ("AFTER UPDATE OF met, due, extra ON program_week", _DIFFERS, _CHANGES),
    "takes": ("AFTER DELETE ON program_week", "", _TAKES),
}


def _keep_in_step(dialect: str) -> list[str]:
    shares = {row.lower(): _SHARE[dialect].format(row=row) for row in ("NEW", "OLD")}
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER program_week_{name} {when} {only} BEGIN {does.format(**shares)} END"
            for name, (when, only, does) in _DEEDS.items()
        ]
    return [
        statement
        for name, (when, only, does) in _DEEDS.items()
        for statement in (
            f"CREATE FUNCTION program_week_{name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {does.format(**shares)} RETURN NULL; END $$",
            f"CREATE TRIGGER program_week_{name} {when} FOR EACH ROW {only}"
            f" EXECUTE FUNCTION program_week_{name}()",
        )
    ]
