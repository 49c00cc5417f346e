import os

import acme_zoom

client = acme_zoom.Client(api_key=os.environ["ZOOM_API_KEY"], api_secret=os.environ["ZOOM_API_SECRET"])
