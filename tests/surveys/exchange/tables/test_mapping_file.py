"""mapping.toml: what is written reads back, and every fault has its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.exchange.faults import FileRefused
from surveys.exchange.tables import mapping_file
from surveys.exchange.tables.mapping import FactColumn, FileMapping, InstrumentColumns, VisitColumn
from tests.support import tables
from tests.support.tables import LIBRARY

# Any letter that a heading may have; `text` accepts none that is blank throughout.
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(str.strip)


@given(
    st.builds(
        FileMapping,
        patient=texts,
        completed_on=texts,
        skip_where=st.dictionaries(texts, st.lists(st.just("") | texts, min_size=1, max_size=3).map(tuple)),
        visit=st.builds(VisitColumn, column=texts, names=st.dictionaries(texts, texts, max_size=3)),
        order=st.sampled_from([None, "ymd", "dmy"]),
        timezone=st.sampled_from(["", "Europe/Berlin"]),
        missing=st.lists(texts, max_size=3).map(tuple),
        instruments=st.builds(
            InstrumentColumns,
            items=st.dictionaries(st.sampled_from(["q1", "q2"]), texts),
            values=st.none() | st.dictionaries(texts, st.integers(-9, 99), max_size=3),
            values_of=st.dictionaries(
                st.sampled_from(["q1", "q2"]), st.dictionaries(texts, st.integers(0, 3))
            ),
            confirmed=st.booleans(),
        ).map(lambda one: {"phq9": one}),
        facts=st.builds(FactColumn, column=texts, values=st.dictionaries(texts, texts)).map(
            lambda one: {"sex": one}
        ),
        left_out=st.lists(texts, max_size=3).map(tuple),
    )
)
def test_what_is_written_reads_back(mapping: FileMapping) -> None:
    """Quotes, line ends, signs of every script in names of columns; doubts are comments."""
    said = mapping_file.write(mapping, {"columns": ("a\nb = 1",), "visit": ("c",)}, ("d",))
    assert mapping_file.read(said.encode(), LIBRARY) == mapping


def test_every_proposal_reads_back() -> None:
    """Of each program."""
    for made in (tables.qualtrics, tables.limesurvey_texts, tables.google_forms, tables.plain):
        found = tables.proposal(made())
        said = mapping_file.write(found.mapping, found.doubts, found.remarks)
        assert mapping_file.read(said.encode(), LIBRARY) == found.mapping


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[file", "not TOML"),
        ("surprise = 1", "surprise: is not a name that is known"),
        ('[file]\nprogram = "word"', "file.program: is 'word'"),
        ('[file]\nseparator = "|"', "file.separator"),
        ('[visit]\nconstant = "a"\ncolumn = "b"', "visit: must say one of two things"),
        ('dates = "ydm"', "dates: is 'ydm'"),
        ('[dates]\ntimezone = "Mars/Base"', "dates.timezone: is 'Mars/Base'"),
        ("[instruments.phq99]\nitems = {}", "instruments.phq99: is not known"),
        ('[instruments.phq9]\nitems = { q44 = "a" }', "q44: is no item of it"),
        ('[instruments.phq9]\nitems = { q1 = "a" }\nvalues = { a = "b" }', "must be a whole number"),
        ('[instruments.phq9]\nitems = { q1 = "a" }\nvalues = { a = true }', "must be a whole number"),
        ('[facts.name]\ncolumn = "a"', "facts.name: is not a fact"),
        ("[columns]\npatient = 3", "columns.patient: must be text"),
        ("[file]\nskip_where = { a = [1] }", "must be a list of texts"),
    ],
)
def test_faults_have_their_place(text: str, said: str) -> None:
    """In the words of the file."""
    with pytest.raises(FileRefused, match=said):
        mapping_file.read(text.encode(), LIBRARY)


def test_days_alone_may_be_a_word() -> None:
    """As the sentences about days say."""
    assert mapping_file.read(b'dates = "dmy"', LIBRARY).order == "dmy"
