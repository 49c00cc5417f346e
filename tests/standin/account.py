"""One account at Zoom: users, meetings, recordings, and the endpoints over them with the scopes they ask for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from standin.exchange import Answer, Request

OWNER = "owner@example.com"


@dataclass(slots=True)
class Account:
    """Filled with two users, one meeting and one recording."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    meetings: dict[int, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, email in enumerate((OWNER, "second@example.com")):
            self.users[email] = {"id": f"user-{number}", "email": email, "first_name": "U", "type": 2}
        self.meetings[81000000001] = {"id": 81000000001, "topic": "Weekly", "host_email": OWNER}


Endpoint = Callable[[Account, Request, str], Answer]


def _not_found(code: int, what: str) -> Answer:
    return Answer(404, {"code": code, "message": f"{what} does not exist."})


def _page(name: str, items: list[dict[str, Any]]) -> Answer:
    counts = {"page_count": 1, "page_number": 1, "page_size": 30, "total_records": len(items), "next_page_token": ""}
    return Answer(200, {**counts, name: items})


def _user_of(account: Account, key: str) -> dict[str, Any] | None:
    if key == "me":
        key = OWNER
    return next((user for user in account.users.values() if key in (user["id"], user["email"])), None)


def _users(account: Account, request: Request, _: str) -> Answer:
    return _page("users", list(account.users.values()))


def _new_user(account: Account, request: Request, _: str) -> Answer:
    data = request.data
    info = data.get("user_info") if isinstance(data, dict) else None
    if not isinstance(info, dict) or "email" not in info:
        return Answer(400, {"code": 300, "message": "Validation Failed."})
    user = {**info, "id": f"user-{len(account.users)}"}
    account.users[user["email"]] = user
    return Answer(201, user)


def _user(account: Account, request: Request, key: str) -> Answer:
    user = _user_of(account, key)
    return Answer(200, user) if user is not None else _not_found(1001, f"User: {key}")


def _meetings(account: Account, request: Request, key: str) -> Answer:
    user = _user_of(account, key)
    if user is None:
        return _not_found(1001, f"User: {key}")
    return _page("meetings", [m for m in account.meetings.values() if m["host_email"] == user["email"]])


def _new_meeting(account: Account, request: Request, key: str) -> Answer:
    user = _user_of(account, key)
    if user is None:
        return _not_found(1001, f"User: {key}")
    if not isinstance(request.data, dict):
        return Answer(400, {"code": 300, "message": "Request Body should be a valid JSON object."})
    number = max(account.meetings) + 1
    meeting = {**request.data, "id": number, "host_email": user["email"], "join_url": f"https://zoom.us/j/{number}"}
    account.meetings[number] = meeting
    return Answer(201, meeting)


def _meeting(account: Account, request: Request, key: str) -> Answer:
    meeting = account.meetings.get(int(key))
    return Answer(200, meeting) if meeting is not None else _not_found(3001, f"Meeting: {key}")


def _change_meeting(account: Account, request: Request, key: str) -> Answer:
    if int(key) not in account.meetings:
        return _not_found(3001, f"Meeting: {key}")
    if not isinstance(request.data, dict):
        return Answer(400, {"code": 300, "message": "Request Body should be a valid JSON object."})
    account.meetings[int(key)].update(request.data)
    return Answer(204)


def _end_meeting(account: Account, request: Request, key: str) -> Answer:
    return Answer(204) if account.meetings.pop(int(key), None) is not None else _not_found(3001, f"Meeting: {key}")


def _recordings(account: Account, request: Request, key: str) -> Answer:
    files = [
        {"id": f"file-{number}", "file_type": "MP4", "download_url": f"https://zoom.us/rec/download/file-{number}"}
        for number in account.meetings
    ]
    meetings = [{**meeting, "recording_files": files} for meeting in account.meetings.values()]
    return _page("meetings", meetings)


def _recording(account: Account, request: Request, key: str) -> Answer:
    return Answer(200, f"film of {key}".encode(), {"Content-Type": "video/mp4"})


ENDPOINTS: tuple[tuple[str, re.Pattern[str], tuple[str, str] | None, Endpoint], ...] = tuple(
    (method, re.compile(path), scopes, endpoint)
    for method, path, scopes, endpoint in (
        ("GET", r"/v2/users", ("user:read:admin", "user:read:list_users:admin"), _users),
        ("POST", r"/v2/users", ("user:write:admin", "user:write:user:admin"), _new_user),
        ("GET", r"/v2/users/([^/]+)", ("user:read:admin", "user:read:user:admin"), _user),
        ("GET", r"/v2/users/([^/]+)/meetings", ("meeting:read:admin", "meeting:read:list_meetings:admin"), _meetings),
        ("POST", r"/v2/users/([^/]+)/meetings", ("meeting:write:admin", "meeting:write:meeting:admin"), _new_meeting),
        ("GET", r"/v2/meetings/(\d+)", ("meeting:read:admin", "meeting:read:meeting:admin"), _meeting),
        ("PATCH", r"/v2/meetings/(\d+)", ("meeting:write:admin", "meeting:update:meeting:admin"), _change_meeting),
        ("DELETE", r"/v2/meetings/(\d+)", ("meeting:write:admin", "meeting:delete:meeting:admin"), _end_meeting),
        (
            "GET",
            r"/v2/users/([^/]+)/recordings",
            ("recording:read:admin", "cloud_recording:read:list_user_recordings:admin"),
            _recordings,
        ),
        ("GET", r"/rec/download/([\w-]+)", None, _recording),
    )
)
"""Method, path, the classic and the granular scope (either will do; none for downloads), and what answers."""
