"""Scores: of a table, of a file, as a frame, and in a whole report."""

from __future__ import annotations

import csv
import io
import os
import random
import resource
import sqlite3
import subprocess
import sys

from benchmarks.measuring import SECRET, Bench, interleaved
from surveys.db import db
from surveys.exchange.scored import Scoring
from surveys.instruments.library import Library
from surveys.instruments.scoring import score_table
from surveys.settings import ROOT


def table_of_scores(bench: Bench) -> str:
    """FaCE, all scales, 500,000 rows: sums by one matrix product, then scaled in place, is the limit."""
    import numpy as np

    face = Library.load().get("face")
    draw = np.random.default_rng(7)
    rows = 500_000
    columns = {item.key: draw.integers(1, 6, size=rows).astype(float) for item in face.items}
    gaps = {key: np.where(draw.random(rows) < 0.02, np.nan, column) for key, column in columns.items()}
    answers = np.array(list(columns.values()))
    weights = np.array([[float(key in scale.items) for key in columns] for scale in face.scales])
    less = np.array([[scale.subtract] for scale in face.scales])
    times = np.array([[scale.multiply / scale.divide] for scale in face.scales])

    def limit() -> None:
        total = weights @ answers
        total -= less
        total *= times

    bare, ours, with_gaps = interleaved(
        limit, lambda: score_table(face, columns), lambda: score_table(face, gaps)
    )
    return f"{bare / ours:.2f}; {bare / with_gaps:.2f} with 2 % of the answers missing"


def csv_of_scores(bench: Bench) -> str:
    """`score face` on 100,000 rows against reading and writing the same file."""
    face, draw = Library.load().get("face"), random.Random(7)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["id", *(item.key for item in face.items)])
    for number in range(100_000):
        cells = ("" if draw.random() < 0.02 else draw.choice("12345") for _ in face.items)
        writer.writerow([number, *cells])
    content = text.getvalue().encode()

    def copy() -> None:
        reading = io.TextIOWrapper(io.BytesIO(content), newline="")
        csv.writer(io.TextIOWrapper(io.BytesIO(), newline=""), lineterminator="\n").writerows(
            csv.reader(reading)
        )

    copied, scored = interleaved(copy, lambda: Scoring(face, io.BytesIO(content), io.BytesIO()).run())
    return f"{scored / copied:.1f} ×"


def frame_of_scores(bench: Bench) -> str:
    """The frame of scores, and all frames, against the driver's rows of ids and numbers."""
    from surveys.frames import queries, study_frames
    from surveys.frames.columns import read
    from surveys.models import Study

    app = bench.registry()
    path = app.config["SETTINGS"].database_url.removeprefix("sqlite:///")

    def bare() -> None:
        with sqlite3.connect(path) as connection:
            connection.execute("SELECT response_id, value, items_missing FROM score").fetchall()

    with app.app_context():
        study = db.session.query(Study).one()
        library = app.extensions["library"]
        narrow, scores, frames = interleaved(
            bare,
            lambda: read(db.session, queries.scores()),
            lambda: study_frames(db.session, study, library),
        )
    return f"{scores / narrow:.1f} × (all frames {frames / narrow:.1f} ×), {bench.patients} patients"


def report(bench: Bench) -> str:
    """`seventh report`, in a process of its own: seconds of processor time and its peak memory."""
    app = bench.registry()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", "from app import main; main()", "report", "S1", "--json", os.devnull]
    url = app.config["SETTINGS"].database_url
    environment = {**os.environ, "SEVENTH_DATABASE_URL": url, "SEVENTH_SECRET_KEY": SECRET}
    subprocess.run(command, check=True, cwd=ROOT, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"{spent:.1f} s of processor time, {bench.patients} patients"
