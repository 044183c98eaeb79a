"""What the statuses, reasons and results of the product are called in front of people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from console.choices import CHOICES

#: kind -> value -> words. A value that an author made up (a flow's own result) is shown as it was written.
WORDS = {
    **CHOICES,
    "campaign": {
        "draft": _l("Draft"),
        "checked": _l("Checked"),
        "approved": _l("Approved"),
        "scheduled": _l("Scheduled"),
        "running": _l("Running"),
        "paused": _l("Paused"),
        "draining": _l("Winding down"),
        "finished": _l("Finished"),
        "aborted": _l("Aborted"),
    },
    "campaign_move": {
        "create": _l("Written down"),
        "check": _l("Check"),
        "approve": _l("Approve"),
        "schedule": _l("Schedule"),
        "start": _l("Start"),
        "pause": _l("Pause"),
        "resume": _l("Resume"),
        "drain": _l("Wind down"),
        "finish": _l("Finish"),
        "abort": _l("End for good"),
        "round": _l("Newcomers enrolled"),
        "edition": _l("Next edition begun"),
        "republish": _l("New flow revision"),
        "republished": _l("People moved to the new revision"),
        "policy": _l("Rules of contact changed"),
        "dry_run": _l("Dry run taken as a file"),
    },
    "forecast": {
        "allowed": _l("On time"),
        "later": _l("Later"),
        "deferred": _l("Waits, looked at again"),
        "expired": _l("Too late by then"),
        "denied": _l("Not contacted"),
        "control": _l("Control arm"),
        "no_contact": _l("No contact by the bot"),
    },
    "verdict": {"ok": _l("In order"), "warning": _l("Warning"), "error": _l("Error")},
    "attempt": {
        "due": _l("Waiting"),
        "sending": _l("Being sent"),
        "unconfirmed": _l("Outcome unknown"),
        "accepted": _l("Taken by the carrier"),
        "sent": _l("Sent"),
        "ringing": _l("Ringing"),
        "in_progress": _l("In conversation"),
        "delivered": _l("Delivered"),
        "undelivered": _l("Not delivered"),
        "completed": _l("Completed"),
        "busy": _l("Busy"),
        "no_answer": _l("No answer"),
        "failed": _l("Failed"),
        "canceled": _l("Cancelled"),
        "denied": _l("Not permitted"),
        "expired": _l("Too late to send"),
    },
    "grant": {
        "accepted": _l("Offer accepted"),
        "qualified": _l("Recharged enough"),
        "due": _l("Bonus to be credited"),
        "crediting": _l("Bonus being credited"),
        "granted": _l("Bonus credited"),
        "refused": _l("Bonus refused"),
        "reversed": _l("Bonus taken back"),
        "expired": _l("Offer expired"),
    },
    "work_order": {
        "open": _l("Open"),
        "in_progress": _l("In progress"),
        "closed": _l("Closed"),
    },
    "disposition": {
        "saved": _l("Stays with us"),
        "recharged": _l("Has recharged"),
        "call_back": _l("Wants to be called back"),
        "not_reached": _l("Could not be reached"),
        "refused": _l("Does not want the offer"),
        "do_not_contact": _l("Must not be contacted again"),
    },
    "reason": {
        "suppressed": _l("Has opted out"),
        "no_consent": _l("No consent"),
        "no_written_consent": _l("No written consent to a machine's voice"),
        "control_arm": _l("Control arm"),
        "left": _l("Has left the network"),
        "returned": _l("Is a customer again"),
        "marked_never": _l("On a list without marketing"),
        "marked_by_hand": _l("On a list that only managers call"),
        "marked_wait": _l("On a list that is waited for"),
        "complaint_open": _l("Complaint open"),
        "news_waiting": _l("News about the customer to be read first"),
        "work_order_open": _l("A manager is on it"),
        "zone_unknown": _l("Time zone unknown"),
        "quiet_hours": _l("Quiet hours"),
        "no_permitted_hours": _l("No permitted hours"),
        "cap": _l("Contact limit reached"),
        "min_gap": _l("Too soon after the last contact"),
        "not_on_guest_list": _l("Not on the guest list"),
        "campaign_not_running": _l("Campaign not running"),
        "flow_moved_on": _l("No longer needed"),
        "missing_value": _l("A value for the text is missing"),
        "other_conversation": _l("In conversation with another campaign"),
        "spend_limit": _l("Spending limit reached"),
    },
    "manual_call": {
        "refused": _l("Not permitted"),
        "due": _l("Your phone rings in a moment"),
        "sending": _l("Your phone rings in a moment"),
        "unconfirmed": _l("Outcome unknown"),
        "ringing": _l("Your phone is ringing"),
        "answered": _l("You have picked up: press 1"),
        "dialling": _l("The customer's phone is ringing"),
        "connected": _l("Connected with the customer"),
        "completed": _l("Talked with the customer"),
        "busy": _l("The customer's line was busy"),
        "no_answer": _l("The customer did not answer"),
        "failed": _l("The call could not be made"),
        "canceled": _l("Hung up before the customer answered"),
        "away": _l("The manager did not pick up, or pressed no key"),
        "taken_back": _l("Taken back: not permitted any more"),
    },
    "not_called": {
        "too_late": _l("it came too late"),
        "order_closed": _l("the work order was closed meanwhile"),
        "no_phone": _l("no phone on file"),
        "not_taken": _l("the carrier never took it"),
        "lost": _l("its end was never reported"),
    },
    "channel": {"sms": _l("SMS"), "call": _l("Call")},
    "tier": {"high": _l("High value"), "mid": _l("Mid value"), "ordinary": _l("Ordinary")},
    "language": {"zh": _l("Chinese"), "en": _l("English")},
    "role": {
        "admin": _l("Administrator"),
        "operator": _l("Operator"),
        "supervisor": _l("Supervisor"),
        "manager": _l("Customer manager"),
    },
    "roles": {
        "admin": _l("administrators"),
        "operator": _l("operators"),
        "supervisor": _l("supervisors"),
        "manager": _l("customer managers"),
    },
    "answered_by": {
        "human": _l("Answered by a person"),
        "machine": _l("Answered by a machine"),
        "unknown": _l("Answered"),
    },
    "move": {
        "opened": _l("Work order opened"),
        "assigned": _l("Assigned"),
        "taken": _l("Taken"),
        "released": _l("Given back"),
        "closed": _l("Work order closed"),
    },
    "queue": {"retention": _l("Retention")},
    "why": {
        "asked_for_manager": _l("Asked for a manager"),
        "high_value": _l("Customer of high value"),
        "complaint": _l("Has complained"),
        "late_reply": _l("Answered when the campaign was over"),
        "unclear": _l("Wrote what the bot could not understand"),
        "undelivered": _l("Messages do not arrive"),
        "unreached": _l("Could not be reached by call"),
        "unanswered": _l("Asked for a manager on the line; nobody was free"),
        "refused": _l("The bonus could not be credited"),
        "after": _l("Did not answer in time"),
        "when": _l("Picked out by a rule of the flow"),
        "else": _l("Picked out by no rule of the flow"),
        "started": _l("The flow begins with a manager"),
    },
}

#: An exit that carries a detail: its first word says which sentence, the rest goes into it.
_WHY_WITH_DETAIL = {
    "reply": _l("Answered the message with “%(detail)s”"),
    "key": _l("Pressed %(detail)s in the call"),
    "after": _l("Did not answer within %(detail)s"),
}

#: The colour of a status; what is not named here is neutral.
TONES = {
    "campaign": {
        "running": "live",
        "draining": "live",
        "paused": "warn",
        "finished": "good",
        "aborted": "bad",
        "approved": "good",
        "scheduled": "calm",
    },
    "direction": {"looser": "warn", "tighter": "good", "different": "calm"},
    "mark": {"black": "bad", "complaint": "warn", "red": "good"},
    "forecast": {"allowed": "good", "later": "calm", "deferred": "warn", "expired": "warn", "denied": "bad"},
    "manual_call": {
        "due": "calm",
        "sending": "calm",
        "unconfirmed": "warn",
        "ringing": "live",
        "answered": "live",
        "dialling": "live",
        "connected": "good",
        "refused": "warn",
        "taken_back": "warn",
        "failed": "bad",
    },
    "work_order": {"open": "calm", "in_progress": "warn", "closed": "good"},
}
#: `when 2` counts the branches of a switch: the page shows the branch's own condition instead.
_WHY_WITHOUT_DETAIL = {"when"}


def word(kind: str, value: str) -> str:
    known = WORDS[kind].get(value)
    return str(known) if known is not None else value.replace("_", " ").capitalize()


def why(reason: str) -> str:
    """Why a work order was opened: the way by which the flow came to it, in words."""
    first, _, detail = reason.partition(" ")
    if reason in WORDS["why"] or first in _WHY_WITHOUT_DETAIL:
        return word("why", first if first in _WHY_WITHOUT_DETAIL else reason)
    sentence = _WHY_WITH_DETAIL.get(first)
    return str(sentence) % {"detail": detail} if sentence is not None and detail else reason


def tone(kind: str, value: str) -> str:
    return TONES.get(kind, {}).get(value, "")
