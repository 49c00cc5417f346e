"""Meetings of our own account, over Zoom's REST API."""

import os
import time

import jwt
import requests

API = "https://api.zoom.us/v2"
API_KEY = os.environ["ZOOM_API_KEY"]
API_SECRET = os.environ["ZOOM_API_SECRET"]


def token():
    payload = {"iss": API_KEY, "exp": int(time.time()) + 90}
    return jwt.encode(payload, API_SECRET, algorithm="HS256")


def headers():
    return {"Authorization": f"Bearer {token()}"}


def upcoming(user):
    answer = requests.get(f"{API}/users/{user}/meetings", headers=headers(), timeout=10)
    answer.raise_for_status()
    return answer.json()["meetings"]


def download(file, target):
    answer = requests.get(f"{file['download_url']}?access_token={token()}", timeout=60)
    answer.raise_for_status()
    target.write_bytes(answer.content)
