"""A member of staff whose browser can send files."""

from __future__ import annotations

import html
import io
import re

from flask import Flask

from tests.support.pages import Page
from tests.support.staff import PASSWORD, employ


class Uploader:
    """A coordinator of a study, signed in; `status`, `page` and its typed `rows` are the last answer's.

    An administrator, where there is no study.
    """

    def __init__(self, app: Flask, study: str | None = "S1") -> None:
        self.client = app.test_client()
        self.status = 0
        self.rows = ""
        self.page = Page(self.client.get("/login").text)
        if study is None:
            employ(app, "uploader@example.org", admin=True)
        else:
            employ(app, "uploader@example.org", "coordinator", study=study)
        self.send("/login", email="uploader@example.org", password=PASSWORD)

    def send(self, path: str, content: bytes = b"", **fields: str) -> Page:
        """Send the form at `path` with a file of that content, where there is any."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(path).text)
        assert token, path
        file = {"file": (io.BytesIO(content), "list")} if content else {}
        data = {"csrf_token": token[1], **fields, **file}
        reply = self.client.post(path, data=data, content_type="multipart/form-data", follow_redirects=True)
        self.status, self.page = reply.status_code, Page(reply.text)
        box = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", reply.text, re.DOTALL)
        self.rows = html.unescape(box[1]) if box else ""
        return self.page
