"""Codes from an app, and invitations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from passlib.totp import TOTP
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event, Membership, RecoveryCode, SecondFactor, SignInTries, Staff, Study
from surveys.store.accounts import invitations, resets, sign_in, staff, tries
from surveys.store.errors import Refused

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
KEY = "secret " * 8


@pytest.fixture
def member(session: Session) -> Staff:
    """Ann."""
    return staff.add(session, "ann@example.org", "correct horse battery", at=AT, actor="test")


def code(secret: str, at: datetime) -> str:
    """What the app shows."""
    return str(TOTP(key=secret, format="base32").generate(at).token)


class TestSecondFactor:
    """A code is asked from the moment when the app has proved that it has the secret."""

    def test_it_holds_once_confirmed(self, session: Session, member: Staff) -> None:
        """Before, nothing is asked; a wrong code confirms nothing."""
        secret = sign_in.prepare(session, member, KEY)
        assert sign_in.prepare(session, member, KEY) == secret
        assert "Seventh" in sign_in.address_of(member, secret)
        assert sign_in.check(session, member, "", KEY, at=AT)
        with pytest.raises(Refused, match="not the code"):
            sign_in.confirm(
                session, member, code(secret, AT - timedelta(hours=1)), KEY, at=AT, actor="staff:1"
            )
        sign_in.confirm(session, member, code(secret, AT), KEY, at=AT, actor="staff:1")
        for wrong in ("", "000000", "abc", code(secret, AT + timedelta(hours=1))):
            assert not sign_in.check(session, member, wrong, KEY, at=AT + timedelta(minutes=1))
        with pytest.raises(Refused, match="asked already"):
            sign_in.prepare(session, member, KEY)

    def test_a_code_counts_once(self, session: Session, member: Staff) -> None:
        """Whoever looked over the shoulder comes too late; clocks may differ by half a minute."""
        secret = sign_in.prepare(session, member, KEY)
        sign_in.confirm(session, member, code(secret, AT), KEY, at=AT, actor="staff:1")
        later = AT + timedelta(minutes=5)
        assert not sign_in.check(session, member, code(secret, AT), KEY, at=AT + timedelta(seconds=20))
        assert sign_in.check(session, member, code(secret, later), KEY, at=later + timedelta(seconds=25))
        assert not sign_in.check(session, member, code(secret, later), KEY, at=later + timedelta(seconds=26))

    def test_it_can_be_taken_away(self, session: Session, member: Staff) -> None:
        """Then none is asked, and the audit says both without the secret."""
        secret = sign_in.prepare(session, member, KEY)
        sign_in.confirm(session, member, code(secret, AT), KEY, at=AT, actor="staff:1")
        sign_in.remove(session, member, at=AT, actor="staff:1")
        session.commit()
        assert sign_in.check(session, member, "", KEY, at=AT)
        assert session.scalars(select(SecondFactor)).all() == []
        said = session.scalars(select(Event.action).order_by(Event.id)).all()
        assert said == [
            "staff.added",
            "staff.second_factor_on",
            "staff.recovery_codes_made",
            "staff.second_factor_off",
        ]


class TestRecovery:
    """For who has lost the app: codes that were written down."""

    def test_each_counts_once(self, session: Session, member: Staff) -> None:
        """However it is grouped; the database holds digests, and the trail how many are left."""
        secret = sign_in.prepare(session, member, KEY)
        codes = sign_in.confirm(session, member, code(secret, AT), KEY, at=AT, actor="staff:1")
        assert len(set(codes)) == sign_in.RECOVERY_CODES
        kept = repr(session.execute(select(RecoveryCode.__table__)).all())
        assert not any(one.replace("-", "") in kept for one in codes)
        for times in range(2):
            typed = codes[0].lower().replace("-", " ")
            assert sign_in.check(session, member, typed, KEY, at=AT) == (times == 0)
        assert sign_in.recovery_codes_left(session, member) == sign_in.RECOVERY_CODES - 1
        session.commit()
        said = select(Event.facts).where(Event.action == "staff.recovery_code_used")
        assert [one["left"] for one in session.scalars(said)] == [sign_in.RECOVERY_CODES - 1]

    def test_new_ones_take_the_place_of_the_old(self, session: Session, member: Staff) -> None:
        """Another account's open nothing; without a second factor none are left."""
        secret = sign_in.prepare(session, member, KEY)
        old = sign_in.confirm(session, member, code(secret, AT), KEY, at=AT, actor="staff:1")
        new = sign_in.make_recovery_codes(session, member, KEY, at=AT, actor="staff:1")
        bea = staff.add(session, "bea@example.org", "correct horse battery", at=AT, actor="test")
        hers = sign_in.make_recovery_codes(session, bea, KEY, at=AT, actor="test")
        for wrong in (old[0], hers[0], "", "AAAAA-AAAAA"):
            assert not sign_in.check(session, member, wrong, KEY, at=AT)
        assert sign_in.check(session, member, new[0], KEY, at=AT)
        sign_in.remove(session, member, at=AT, actor="staff:1")
        assert sign_in.recovery_codes_left(session, member) == 0


class TestSealing:
    """The secret in the database is of no use to who has a backup."""

    def test_the_database_holds_no_secret(self, session: Session, member: Staff) -> None:
        """What an earlier version stored is sealed at the next start, and its app goes on working."""
        secret = sign_in.prepare(session, member, KEY)
        factor = session.get_one(SecondFactor, member.id)
        assert secret not in factor.secret
        factor.secret = secret
        assert [sign_in.seal_anew(session, KEY) for _ in range(2)] == [1, 0]
        assert secret not in factor.secret
        factor.secret = "v1.sealed with another key"
        assert sign_in.seal_anew(session, KEY) == 0
        sign_in.remove(session, member, at=AT, actor="test")
        secret = sign_in.prepare(session, member, KEY)
        factor = session.get_one(SecondFactor, member.id)
        assert secret not in factor.secret
        sign_in.confirm(session, member, code(secret, AT), KEY, at=AT, actor="staff:1")

    def test_another_key_opens_nothing(self, session: Session, member: Staff) -> None:
        """Nobody gets in by the app; where none was confirmed, another secret is prepared."""
        secret, another = sign_in.prepare(session, member, KEY), "another key" * 4
        other = sign_in.prepare(session, member, another)
        assert other != secret
        sign_in.confirm(session, member, code(other, AT), another, at=AT, actor="staff:1")
        later = AT + timedelta(minutes=5)
        assert not sign_in.check(session, member, code(other, later), KEY, at=later)


class TestInvitations:
    """A link to choose a password with."""

    def test_a_link_is_good_once(self, session: Session, study: Study) -> None:
        """Once a password is chosen it opens nothing."""
        facts = {"at": AT, "actor": "staff:1"}
        member, new = invitations.invite(session, "Bea@example.org", study, "analyst", **facts)  # type: ignore[arg-type]
        assert new
        link = invitations.token(member, KEY)
        assert invitations.member_of(session, link, KEY) is member
        staff.set_password(session, member, "correct horse battery", at=AT, actor="test")
        for wrong in (link, "x", link[:-1], invitations.token(member, "another key" * 4)):
            assert invitations.member_of(session, wrong, KEY) is None

    def test_who_has_an_account_needs_no_link(self, session: Session, study: Study, member: Staff) -> None:
        """The role is given; a closed account is not opened again by it."""
        found, new = invitations.invite(session, "ANN@example.org", study, "analyst", at=AT, actor="staff:99")
        assert (found, new) == (member, False)
        member.active = False
        with pytest.raises(Refused, match="closed"):
            invitations.invite(session, "ann@example.org", study, "analyst", at=AT, actor="staff:99")

    def test_only_accounts_of_this_study_alone_can_be_reset(
        self, session: Session, study: Study, member: Staff
    ) -> None:
        """A coordinator gets neither into another study nor into an administrator's account."""
        staff.grant(session, member, study, "analyst", at=AT, actor="test")
        session.refresh(member)
        assert resets.may_reset(session, member, study)
        member.admin = True
        assert not resets.may_reset(session, member, study)

    def test_reset_takes_everything_that_opens(self, session: Session, member: Staff) -> None:
        """Sessions, password and pause; the second factor is another act, and stays in force."""
        before = (member.password, member.fs_uniquifier)
        secret = sign_in.prepare(session, member, KEY)
        sign_in.confirm(session, member, code(secret, AT), KEY, at=AT, actor="staff:1")
        for _ in range(6):
            tries.take(session, tries.key(member.email, KEY), member, at=AT)
        resets.end(session, member, at=AT, actor="command:staff reset")
        session.commit()
        assert member.password != before[0]
        assert member.fs_uniquifier != before[1]
        assert session.scalars(select(SignInTries)).all() == []
        assert sign_in.second_factor(session, member) is not None

    def test_a_role_is_taken_away_by_others_only(self, session: Session, study: Study, member: Staff) -> None:
        """Or a study might be left without anybody who may give one."""
        staff.grant(session, member, study, "coordinator", at=AT, actor="test")
        with pytest.raises(Refused, match="their own"):
            invitations.revoke(session, member, study, at=AT, actor=f"staff:{member.id}")
        invitations.revoke(session, member, study, at=AT, actor="staff:99")
        assert session.scalars(select(Membership)).all() == []
        with pytest.raises(Refused, match="no role"):
            invitations.revoke(session, member, study, at=AT, actor="staff:99")
