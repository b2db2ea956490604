"""The list of patients and the pages about them, as staff read them."""

from __future__ import annotations

import re

from tests.support.staff import Member

LIST = "/staff/S1/patients"


def rows(member: Member) -> dict[str, str]:
    """The list as it is shown: each patient's line by study code."""
    html = member.replies[-1].html
    lines = re.findall(r"<tr class=\"govuk-table__row\">(.*?)</tr>", html.partition("<tbody")[2], re.S)
    texts = [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in lines]
    return {text.split()[0]: text for text in texts}


def words(member: Member) -> str:
    """The page's words, cells apart."""
    return " ".join(re.sub(r"<[^>]+>", " ", member.replies[-1].html).split())


def errors(member: Member) -> dict[str, str]:
    """The error summary: what each entry links to, and its words."""
    return {place: said for place, said in member.page.links.items() if re.match("#(?!main)", place)}


def rows_of(member: Member) -> set[str]:
    """The study codes on the first page of the list."""
    member.get(LIST)
    return set(rows(member))


NEW = "/staff/S1/enrol"


def link_of(member: Member, visit_id: int) -> str:
    """Make a link to the visit; its token, as the page shows it."""
    member.post(f"/staff/S1/visits/{visit_id}/link", {})
    found = re.search(r"http://localhost/s/([\w-]+)<", member.replies[-1].html)
    assert found, member.page.text
    return found[1]
