"""The parameters which Twilio sends with every voice request."""

from datetime import datetime

from rehearsal.numbers import place_params
from rehearsal.resources import API_VERSION, Call, rfc2822

_LEGACY_PARTY = {"To": "Called", "From": "Caller"}


def base_params(call: Call, status: str) -> dict[str, str]:
    params = {
        "AccountSid": call.account_sid,
        "ApiVersion": API_VERSION,
        "CallSid": call.sid,
        "CallStatus": status,
        "Called": call.to,
        "Caller": call.from_number,
        "Direction": call.direction,
        "From": call.from_number,
        "To": call.to,
    }
    for party, number in (("To", call.to), ("From", call.from_number)):
        params |= place_params(party, number) | place_params(_LEGACY_PARTY[party], number)
    if call.parent_sid:
        params["ParentCallSid"] = call.parent_sid
    return params


def progress_params(call: Call, at: datetime) -> dict[str, str]:
    return {
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(call.sequence),
        "Timestamp": rfc2822(at),
    }


def recording_params(call: Call, sid: str, seconds: int) -> dict[str, str]:
    url = f"https://api.twilio.com/{API_VERSION}/Accounts/{call.account_sid}/Recordings/{sid}"
    return {"RecordingUrl": url, "RecordingSid": sid, "RecordingDuration": str(seconds)}
