"""One place commits what a page changes, or says why it was refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, get_flashed_messages
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from wtforms import StringField

from surveys.db import db
from surveys.forms.staff import StaffForm
from surveys.models import Contact
from surveys.store.errors import Refused
from surveys.views.web.saving import committed


class NameForm(StaffForm):
    """A form with one box."""

    name = StringField("Name")


@pytest.fixture
def page(app: Flask) -> Iterator[None]:
    """A request that changes something."""
    with app.test_request_context(method="POST"):
        yield


def add(name: str, number: int = 1) -> None:
    db.session.add(Contact(id=number, name=name))
    db.session.flush()


def names() -> list[str]:
    """What is there after everything uncommitted is undone."""
    db.session.rollback()
    return list(db.session.scalars(select(Contact.name)))


@pytest.mark.usefixtures("page")
class TestCommitted:
    """What the block stores is kept as a whole, or not at all."""

    def test_what_is_not_refused_is_kept(self) -> None:
        with committed(NameForm()) as kept:
            add("Anna")
        assert kept
        assert names() == ["Anna"]

    def test_a_refusal_stands_at_its_box(self) -> None:
        """All of the block is undone."""
        form = NameForm()
        with committed(form) as kept:
            add("Anna")
            raise Refused("Choose another.", "name")
        assert not kept
        assert form.errors == {"name": ["Choose another."]}
        assert names() == []

    def test_a_refusal_without_a_box_stands_above_the_form(self) -> None:
        for field in (None, "elsewhere"):
            form = NameForm()
            with committed(form) as kept:
                raise Refused("The study is closed.", field)
            assert not kept
            assert form.form_errors == ["The study is closed."]

    def test_without_a_form_the_next_page_says_it_line_by_line(self) -> None:
        with committed() as kept:
            raise Refused("First.\nSecond.")
        assert not kept
        said = get_flashed_messages(with_categories=True)
        assert said == [("notice", "First."), ("notice", "Second.")]

    def test_who_came_second_is_told(self) -> None:
        """At the box that the refusal names."""
        with committed():
            add("Anna")
        form = NameForm()
        with committed(form, overtaken=Refused("Just taken.", "name")) as kept:
            add("Bea")
        assert not kept
        assert form.errors == {"name": ["Just taken."]}
        assert names() == ["Anna"]

    def test_what_the_page_does_not_expect_is_our_fault(self) -> None:
        with committed():
            add("Anna")
        with pytest.raises(IntegrityError), committed(NameForm()):
            add("Bea")

    def test_it_is_not_kept_before_it_is_committed(self) -> None:
        with committed() as kept:
            assert not kept
