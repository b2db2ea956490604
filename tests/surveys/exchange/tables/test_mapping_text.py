"""A mapping as the text of its file reads back as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from surveys.exchange.tables import mapping_file, mapping_text
from surveys.exchange.tables.mapping import FactColumn, FileMapping, InstrumentColumns, VisitColumn
from tests.support import tables
from tests.support.desk import LIBRARY

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
    said = mapping_text.write(mapping, {"columns": ("a\nb = 1",), "visit": ("c",)}, ("d",))
    assert mapping_file.read(said.encode(), LIBRARY) == mapping


def test_every_proposal_reads_back() -> None:
    """Of each program."""
    for made in (tables.qualtrics, tables.limesurvey_texts, tables.google_forms, tables.plain):
        found = tables.proposal(made())
        said = mapping_text.write(found.mapping, found.doubts, found.remarks)
        assert mapping_file.read(said.encode(), LIBRARY) == found.mapping
