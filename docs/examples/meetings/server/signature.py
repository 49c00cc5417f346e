"""Signs meetings for the page in web/, which joins them with the Meeting SDK."""

import base64
import hashlib
import hmac
import os
import time

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/signature")
def signature():
    key = os.environ["ZOOM_API_KEY"]
    secret = os.environ["ZOOM_API_SECRET"]
    number = request.json["meetingNumber"]
    role = 0
    ts = int(time.time() * 1000) - 30000
    message = base64.b64encode(f"{key}{number}{ts}{role}".encode())
    digest = base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()
    signed = base64.b64encode(f"{key}.{number}.{ts}.{role}.{digest}".encode()).decode()
    return jsonify(signature=signed)
