"""One member as their manager sees them: role, standing, second step; and what others approve."""

from uuid import UUID

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rehab_tracker.accounts import actions, factor_resets, queries
from rehab_tracker.accounts.blueprint import blueprint
from rehab_tracker.accounts.forms import ROLE_HINTS, ROLE_NAMES, RoleForm
from rehab_tracker.accounts.letters import tell_change
from rehab_tracker.accounts.proof import proven
from rehab_tracker.domain.permission import Permission, Role
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.access import requires
from rehab_tracker.foundation.actor import acting
from rehab_tracker.foundation.db import commits, current, database
from rehab_tracker.foundation.errors import Refused
from rehab_tracker.foundation.pages import said, show_refusal


@blueprint.get("/team/<uuid:membership_id>")
@requires(Permission.TEAM_MANAGE)
def member(membership_id: UUID) -> ResponseReturnValue:
    """Show one member and what can be done about them."""
    return _member(membership_id)


def _member(membership_id: UUID, form: RoleForm | None = None) -> str:
    db, now = current(), clock.now()
    row = queries.membership(db, membership_id)
    wish = factor_resets.request_for(db, row.id)
    return render_template(
        "accounts/member.html",
        member=row,
        person=queries.person(db, row.person_id),
        patient_id=queries.patient_of(db, row.id),
        form=form or RoleForm(formdata=None, role=row.role),
        role_names=ROLE_NAMES,
        role_hints=ROLE_HINTS,
        wish=wish,
        approvers=factor_resets.approvers(db, row.id, acting().membership_id),
        alone=wish is not None and factor_resets.may_go_alone(db, wish, now),
    )


@blueprint.post("/team/<uuid:membership_id>/role")
@requires(Permission.TEAM_MANAGE)
@proven
@commits
def change_role(membership_id: UUID) -> ResponseReturnValue:
    """Change what a colleague is in the clinic."""
    queries.membership(current(), membership_id)
    form = RoleForm()
    try:
        if form.validate():
            role = Role(form.role.data)
            actions.change_role(current(), acting(), membership_id, role, clock.now())
            said(_("Saved. They were signed out and act in their new role from now on."))
            return redirect(url_for("accounts.member", membership_id=membership_id), 303)
    except Refused as refused:
        show_refusal(form, refused)
    return _member(membership_id, form), 422


@blueprint.get("/team/<uuid:membership_id>/disable")
@requires(Permission.TEAM_MANAGE)
def confirm_disable(membership_id: UUID) -> ResponseReturnValue:
    """Say what disabling does, before it is done."""
    row = queries.membership(current(), membership_id)
    person = queries.person(current(), row.person_id)
    return render_template("accounts/disable.html", member=row, person=person)


@blueprint.post("/team/<uuid:membership_id>/disable")
@requires(Permission.TEAM_MANAGE)
@commits
def disable(membership_id: UUID) -> ResponseReturnValue:
    """Stop a member from signing in."""
    actions.disable(current(), acting(), membership_id, clock.now())
    said(_("Saved. They are signed out and cannot sign in."))
    return redirect(url_for("accounts.team"), 303)


@blueprint.post("/team/<uuid:membership_id>/enable")
@requires(Permission.TEAM_MANAGE)
@commits
def enable(membership_id: UUID) -> ResponseReturnValue:
    """Let a disabled member sign in again."""
    actions.enable(current(), acting(), membership_id)
    said(_("Saved."))
    return redirect(url_for("accounts.team"), 303)


@blueprint.post("/team/<uuid:membership_id>/second-step")
@requires(Permission.TEAM_MANAGE)
@proven
@commits
def ask_factor_reset(membership_id: UUID) -> ResponseReturnValue:
    """Ask a second member to approve the reset of somebody's second step."""
    person_id = queries.membership(current(), membership_id).person_id
    with database().all_clinics(because="one's second step is one's own", reads_only=True) as db:
        clinics = {m.clinic_id for m, _name in queries.own_memberships(db, person_id)}
    factor_resets.ask(
        current(),
        acting(),
        membership_id,
        clock.now(),
        acts_elsewhere=bool(clinics - {acting().clinic_id}),
        by_mail=current_app.config["SETTINGS"].smtp_url is not None,
    )
    said(_("Asked. The person is told, and nothing has changed yet."))
    return redirect(url_for("accounts.member", membership_id=membership_id), 303)


@blueprint.get("/approvals")
@requires(Permission.FACTOR_APPROVE)
def approvals() -> ResponseReturnValue:
    """List what waits for a second member."""
    wishes = factor_resets.open_requests(current())
    return render_template("accounts/approvals.html", wishes=wishes, zone=acting().zone)


@blueprint.post("/approvals/<uuid:request_id>/approve")
@requires(Permission.FACTOR_APPROVE)
@proven
@commits
def approve_factor_reset(request_id: UUID) -> ResponseReturnValue:
    """Reset somebody's second step as the second member who stands for it."""
    person_id = factor_resets.approve(current(), acting(), request_id, clock.now())
    tell_change(current(), person_id, _("Your clinic took your second step away."))
    said(_("Done. They sign in with their password and set up a new second step."))
    return redirect(url_for("accounts.approvals"), 303)


@blueprint.post("/approvals/<uuid:request_id>/refuse")
@requires(Permission.FACTOR_APPROVE)
@commits
def refuse_factor_reset(request_id: UUID) -> ResponseReturnValue:
    """End a wish to reset a second step; nothing else changes."""
    factor_resets.refuse(current(), acting(), request_id, clock.now())
    said(_("Ended. Nothing was changed."))
    return redirect(url_for("accounts.approvals"), 303)


@blueprint.post("/approvals/<uuid:request_id>/carry-out")
@requires(Permission.TEAM_MANAGE)
@proven
@commits
def carry_out_factor_reset(request_id: UUID) -> ResponseReturnValue:
    """Reset somebody's second step after a day in which nobody else could approve it."""
    person_id = factor_resets.carry_out_alone(current(), acting(), request_id, clock.now())
    tell_change(current(), person_id, _("Your clinic took your second step away."))
    said(_("Done. They sign in with their password and set up a new second step."))
    return redirect(url_for("accounts.team"), 303)
