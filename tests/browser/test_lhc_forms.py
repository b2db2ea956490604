"""Our Questionnaires in LHC-Forms of the NLM: filled in by clicks, its totals are ours.

It is no part of Seventh and is never shipped. Where `npm install --no-save lforms@40.1.3` has put it into
`node_modules`, every instrument is tried.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from surveys.exchange.fhir.questionnaires import Names, questionnaire
from surveys.exchange.tidy.codebook import AnsweredInstrument
from surveys.instruments.library import Library
from surveys.instruments.scoring import score

LFORMS = Path("node_modules/lforms/dist/lforms")
LIBRARY = Library.load()
CHOSEN = [one.key for one in LIBRARY if one.items and all(item.kind == "choice" for item in one.items)]
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Form</title></head>
<body><div id="c"></div><script src="/webcomponent/assets/lib/zone.min.js"></script>
<script src="/webcomponent/lhc-forms.js"></script>
<script src="/fhir/R4/lformsFHIR.min.js"></script></body></html>"""


class _Quiet(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        """The page, or a file of LHC-Forms."""
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """A server of LHC-Forms alone."""
    if not LFORMS.is_dir():
        pytest.skip("lforms is not in node_modules")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(LFORMS)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.browser
@pytest.mark.long
def test_its_totals_are_ours(chromium: Any, address: str) -> None:
    """Three random responses to each instrument, some items missing; nothing is asked of another address."""
    chance = random.Random(3)
    for key in CHOSEN:
        instrument = LIBRARY.get(key)
        one = AnsweredInstrument(instrument, instrument.wording.name, instrument.wording.status, None)
        form = questionnaire(one, Names("https://seventh.example/fhir"), version=instrument.version)
        for missing_items in (0, 1, 3):
            answers = {
                item.key: chance.choice(instrument.values(item.key)) for item in instrument.asked(True)
            }
            for gone in chance.sample(sorted(answers), min(missing_items, len(answers))):
                del answers[gone]
            expected = {found.scale: found.value for found in score(instrument, answers)}
            assert _filled_in(chromium, address, form, answers, instrument) == {
                scale: pytest.approx(value) for scale, value in expected.items() if value is not None
            }, key


def _filled_in(
    chromium: Any, address: str, form: dict[str, Any], answers: dict[str, int], instrument: Any
) -> dict[str, float]:
    """The scores that the form shows after these clicks."""
    page = chromium.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda asked: asked.url.startswith(address) or faults.append(asked.url))
    try:
        page.goto(address)
        page.wait_for_function("window.LForms && LForms.Util && LForms.FHIR")
        page.evaluate(
            "form => LForms.Util.addFormToPage("
            "LForms.Util.convertFHIRQuestionnaireToLForms(form, 'R4'), 'c')",
            form,
        )
        page.wait_for_selector(".ant-radio-group")
        groups = page.locator(".ant-radio-group").all()
        asked = instrument.asked(True)
        assert len(groups) == len(asked)
        for item, group in zip(asked, groups, strict=True):
            if item.key in answers:
                place = instrument.values(item.key).index(answers[item.key])
                group.locator("label.ant-radio-wrapper").nth(place).click()
        page.wait_for_timeout(400)
        told = page.evaluate("LForms.Util.getFormFHIRData('QuestionnaireResponse', 'R4')")
        assert faults == []
        return {
            item["linkId"].removeprefix("score-"): item["answer"][0]["valueDecimal"]
            for item in told.get("item", [])
            if item["linkId"].startswith("score-") and item.get("answer")
        }
    finally:
        page.close()
