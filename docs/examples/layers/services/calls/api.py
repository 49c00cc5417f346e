import os
import time

import jwt
import requests


def users():
    payload = {"iss": os.environ["ZOOM_API_KEY"], "exp": int(time.time()) + 90}
    token = jwt.encode(payload, os.environ["ZOOM_API_SECRET"], algorithm="HS256")
    return requests.get("https://api.zoom.us/v2/users", headers={"Authorization": f"Bearer {token}"}, timeout=10)
