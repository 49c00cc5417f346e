import time

import jwt
import requests
from django.conf import settings


def zoom_headers():
    payload = {"iss": settings.ZOOM_API_KEY, "exp": int(time.time()) + 90}
    token = jwt.encode(payload, settings.ZOOM_API_SECRET, algorithm="HS256")
    return {"Authorization": f"Bearer {token}"}


def create_meeting(user, topic):
    answer = requests.post(
        f"https://api.zoom.us/v2/users/{user}/meetings",
        json={"topic": topic, "type": 2},
        headers=zoom_headers(),
        timeout=10,
    )
    answer.raise_for_status()
    return answer.json()["join_url"]
