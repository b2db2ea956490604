"""What invites people, and what sets a password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from surveys.forms.accounts import (
    ROLES,
    CodeForm,
    InvitationForm,
    NewPasswordForm,
    NewPasswordWithCodeForm,
    PasswordForm,
)
from surveys.models.staff import ROLES as STORED_ROLES

Fill = Callable[..., Any]


def test_every_role_of_a_study_can_be_given() -> None:
    assert set(ROLES) == set(STORED_ROLES)


def test_who_is_invited_has_an_address_and_a_role(filled: Fill) -> None:
    assert filled(InvitationForm, email="bea@example.org", role="analyst").validate()
    form = filled(InvitationForm, email=" ", role="owner")
    assert not form.validate()
    assert form.errors.keys() == {"email", "role"}


def test_a_refusal_stands_where_it_can_be_mended(filled: Fill) -> None:
    """At the box it names, otherwise at the one that the form is about."""
    for make, about in ((InvitationForm, "email"), (NewPasswordForm, "new"), (CodeForm, "code")):
        form = filled(make)
        form.refuse("Not this one.", None)
        assert form.errors == {about: ["Not this one."]}
    form = filled(PasswordForm)
    form.refuse("This is not your password.", "old")
    assert form.errors == {"old": ["This is not your password."]}


def test_a_password_is_typed_twice(filled: Fill) -> None:
    assert filled(NewPasswordForm, new="one two three", again="one two three").validate()
    form = filled(NewPasswordForm, new="one two three", again="one two thre")
    assert not form.validate()
    assert form.errors == {"again": ["This is not the same."]}


@pytest.mark.parametrize(("make", "asked"), [(PasswordForm, "old"), (NewPasswordWithCodeForm, "code")])
def test_a_further_proof_is_asked_for(filled: Fill, make: type[NewPasswordForm], asked: str) -> None:
    """The old password, or the code of a third person."""
    form = filled(make, new="one two three", again="one two three")
    assert not form.validate()
    assert form.errors.keys() == {asked}
    assert filled(make, new="one", again="one", **{asked: "AB12"}).validate()
