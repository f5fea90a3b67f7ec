"""The `rehab-tracker` command: run, look after and upgrade one installation."""

import socket
import threading
from typing import Any
from zoneinfo import available_timezones

import click
from sqlalchemy.exc import OperationalError

from rehab_tracker import upkeep
from rehab_tracker.command import Commands, stop, with_app
from rehab_tracker.config import Settings
from rehab_tracker.demo.people import PASSWORD, SIGN_INS
from rehab_tracker.domain.week import WeekStart
from rehab_tracker.foundation.logs import in_short, log

MAIL_EVERY_S = 5


@click.group(cls=Commands)
def main() -> None:
    """Home exercises for runner's knee: the server and its care."""


@main.command()
@click.option("--demo", is_flag=True, help="Make the demo clinic first, where there is none.")
@with_app
def serve(app: Any, *, demo: bool) -> None:
    """Answer at REHAB_HOST and REHAB_PORT until stopped."""
    from rehab_tracker.foundation import health, wire  # noqa: PLC0415

    settings, database = app.config["SETTINGS"], app.extensions["database"]
    _require_free_port(settings)
    if demo:
        _make_demo(app)
        app.jinja_env.globals["demo_sign_ins"] = {"password": PASSWORD, "people": SIGN_INS}
    health.require_sound(database)
    if settings.metrics_port:
        from rehab_tracker.foundation import metrics  # noqa: PLC0415

        metrics.listen(settings.host, settings.metrics_port)
    server = wire.server_for(app, settings)
    threading.Thread(target=_deliver_mail, args=(database, settings), daemon=True).start()
    threading.Thread(target=upkeep.keep_up, args=(app,), daemon=True).start()
    click.echo(f"\nRehab Tracker answers at {settings.public_url} (Ctrl-C stops it)")
    if not settings.secure:
        click.echo("This is plain http, with a plain cookie: for this machine alone.")
    if demo:
        _say_sign_ins()
    server.run()


def _require_free_port(settings: Settings) -> None:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as problem:
            stop(
                f"Port {settings.port} of {settings.host} cannot be used ({problem.strerror}); "
                "set REHAB_PORT to another one."
            )


def _deliver_mail(database: Any, settings: Settings) -> None:
    from rehab_tracker.accounts import mail  # noqa: PLC0415

    if settings.smtp_url is None:
        return
    pause = threading.Event()
    while not pause.wait(MAIL_EVERY_S):
        try:
            mail.deliver(database, settings)
        except OperationalError as problem:
            log().warning("mail_waits", problem=in_short(problem))


def _make_demo(app: Any) -> None:
    from rehab_tracker.demo import story  # noqa: PLC0415
    from rehab_tracker.foundation import clock, migrate  # noqa: PLC0415

    migrate.upgrade(app.extensions["database"])
    with app.test_request_context():
        story.make(app.extensions["database"], clock.now())


def _say_sign_ins() -> None:
    click.echo("\nSign in with one of these, the password is always:  " + PASSWORD)
    for who, email in SIGN_INS:
        click.echo(f"  {who:<42} {email}")


@main.command()
@with_app
def demo(app: Any) -> None:
    """Make the demo clinic, where there is none yet, and say how to sign in."""
    _make_demo(app)
    _say_sign_ins()


@main.command("init")
@with_app
def initialize(app: Any) -> None:
    """Make the data folder, its secret and an empty database."""
    settings = app.config["SETTINGS"]
    upkeep.bring_up(app)
    click.echo(f"Ready in {settings.data_dir}. Next: rehab-tracker create-clinic --help")


def _zone(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    if value not in available_timezones():
        raise click.BadParameter("use a name such as Europe/Berlin")
    return value


@main.command()
@click.argument("name")
@click.option("--manager-name", required=True)
@click.option("--manager-email", required=True)
@click.option("--time-zone", default="Europe/London", show_default=True, callback=_zone)
@click.option(
    "--week-starts-on",
    type=click.Choice([day.value for day in WeekStart]),
    default="monday",
    show_default=True,
)
@with_app
def create_clinic(
    app: Any,
    *,
    name: str,
    manager_name: str,
    manager_email: str,
    time_zone: str,
    week_starts_on: str,
) -> None:
    """Begin a clinic with its library, and print the invitation of its first manager."""
    from rehab_tracker import beginning  # noqa: PLC0415
    from rehab_tracker.foundation import clock, migrate  # noqa: PLC0415

    migrate.require_newest(app.extensions["database"])
    database = app.extensions["database"]
    reason = "a clinic begins before anyone belongs to it"
    with app.test_request_context(), database.all_clinics(because=reason) as db:
        link = beginning.begin_clinic(
            db,
            beginning.NewClinic(
                name, time_zone, WeekStart(week_starts_on), manager_name, manager_email
            ),
            clock.now(),
            public_url=app.config["SETTINGS"].public_url,
            by_mail=app.config["SETTINGS"].smtp_url is not None,
        )
    click.echo(f"{name} is ready. {manager_name} joins within 7 days with this link:\n{link}")


@main.command()
@click.argument("email")
@with_app
def reset_link(app: Any, *, email: str) -> None:
    """Print a link with which somebody chooses a new password, where no mail can be sent."""
    from rehab_tracker.accounts import recovery  # noqa: PLC0415
    from rehab_tracker.foundation import clock  # noqa: PLC0415

    address = app.config["SETTINGS"].public_url + "/reset/{}"
    reason = "the operator helps a person, whatever their clinics"
    with app.test_request_context(), app.extensions["database"].all_clinics(because=reason) as db:
        link = recovery.reset_link(db, email, clock.now(), address=address)
    if link is None:
        stop(f"Nobody signs in with {email}.")
    click.echo(f"Hand this over; it works once, for 30 minutes:\n{link}")


@main.command()
@click.argument("email")
@with_app
def reset_second_step(app: Any, *, email: str) -> None:
    """Take away somebody's lost second step, where their clinic cannot; the password stays."""
    from flask_babel import gettext  # noqa: PLC0415

    from rehab_tracker.accounts import factor_resets, letters  # noqa: PLC0415
    from rehab_tracker.foundation import clock  # noqa: PLC0415

    reason = "the operator helps a person, whatever their clinics"
    with app.test_request_context(), app.extensions["database"].all_clinics(because=reason) as db:
        person_id = factor_resets.reset_by_operator(db, email, clock.now())
        if person_id:
            told = gettext("Whoever runs the server took your second step away.")
            letters.tell_change(db, person_id, told)
    if person_id is None:
        stop(f"Nobody signs in with {email}.")
    click.echo("Done. They are signed out and sign in with their password alone.")


@main.command()
@with_app
def rebuild_weeks(app: Any) -> None:
    """Recompute the weekly roll-up of every program."""
    from rehab_tracker.logbook import weeks  # noqa: PLC0415

    with app.extensions["database"].all_clinics(because="every clinic's weeks are rebuilt") as db:
        click.echo(f"{weeks.rebuild(db)} weeks written.")


@main.command()
@with_app
def deliver_mail(app: Any) -> None:
    """Send the letters that wait, once; `serve` does so by itself."""
    from rehab_tracker.accounts import mail  # noqa: PLC0415

    if app.config["SETTINGS"].smtp_url is None:
        stop("REHAB_SMTP_URL is not set, so no letter can leave.")
    click.echo(f"{mail.deliver(app.extensions['database'], app.config['SETTINGS'])} letters sent.")


for _command in upkeep.COMMANDS:
    main.add_command(_command)
