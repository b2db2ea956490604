"""Telephone numbers in a text of the study as links."""

from __future__ import annotations

from surveys.views.form.calls import with_calls


def test_a_number_can_be_called() -> None:
    """As it is written, dialled without what separates its digits; whatever else is escaped."""
    assert with_calls("<b> +44 (0) 20 7946 0000 & 112.") == (
        '&lt;b&gt; <a class="app-call" href="tel:+442079460000">+44 (0) 20 7946 0000</a> &amp; '
        '<a class="app-call" href="tel:112">112</a>.'
    )
