"""What a refusal that did not come by the customer's own message means to the runs under way."""

from __future__ import annotations

from bot.domain.refusals import ALL, Scope


def ends_runs(scope: Scope) -> bool:
    """Whether nothing is left that a run of the refused purpose could do; else the gate denies contact by contact."""
    return scope.channel == ALL and scope.topic == ALL


def opt_out_payload(source: str, scope: Scope) -> dict[str, object]:
    """For inbound: the register has it already, and this is how far it goes."""
    return {"source": source, "registered": True, "purpose": scope.purpose}
