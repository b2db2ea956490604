"""First scores by site, within limits that narrow with the number of patients."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.frame import StudyFrames
from analysis.data.record import Record
from analysis.figures.look import AXIS, axis_title, chart, colour, go
from analysis.figures.marks import dots
from analysis.figures.parts import part_panel, up_to
from analysis.figures.view import Figure, View, mixed, simulated
from analysis.results.findings import Findings
from analysis.statements import outcomes, text
from analysis.statements.words import number

HEIGHT = 320
NO_SITES = "There are no three sites with 10 patients each."
COMPUTED = (
    "Centre: the mean of all patients of these sites. Limits: centre ± 1.96 and 3.09 standard errors of a "
    "site of that size, wider where sites differ by more than chance (the mean of their squared distances in "
    "standard errors). Spiegelhalter, Stat Med 2005;24:1185."
)


def funnel_figure(frames: StudyFrames, scale: str, view: View) -> Figure:
    """A dot for each site with 10 patients, where there are three."""
    info = frames.scale_info[scale]
    found = Findings.of(frames, view.suppress_under)
    shown = _by_stratum([one for one in found.funnel if one["scale"] == scale], view.strata)
    return Figure(
        key=f"funnel-{scale}",
        title=f"{info.label} by site",
        summary=text(outcomes.sites(found, scale), view.strata) or NO_SITES,
        x_axis="Patients of the site",
        y_axis=axis_title(info),
        panels=tuple(
            part_panel(f"funnel-{scale}", stratum, up_to(of), _drawn(of, stratum))
            for stratum, of in shown.items()
        ),
        table=pd.DataFrame([_row(one) for of in shown.values() for one in of]),
        notes=(
            "Sites see other patients: a site outside the limits is a question, not an answer.",
            "Sites with fewer than 10 patients are not shown. Their order is that of the alphabet.",
            *mixed(view),
            *simulated(frames),
        ),
        computed=(COMPUTED,),
    )


def _by_stratum(records: Sequence[Record], strata: Sequence[str | None]) -> Mapping[str | None, list[Record]]:
    of = {stratum: [one for one in records if one.get("stratum") == stratum] for stratum in strata}
    return {stratum: found for stratum, found in of.items() if found}


def _drawn(of: Sequence[Record], stratum: str | None) -> Any:
    figure = chart(HEIGHT)
    sizes = np.array([one["n"] for one in of], dtype=float)
    centre, n = of[0]["centre"], np.linspace(sizes.min(), sizes.max() * 1.05, 60)
    for name, dash in (("95", "dot"), ("998", "solid")):
        unit = (of[0][f"high_{name}"] - centre) * np.sqrt(sizes[0])
        for sign in (-1, 1):
            line = {"color": AXIS, "width": 1.5, "dash": dash}
            y = centre + sign * unit / np.sqrt(n)
            figure.add_trace(
                go.Scatter(x=n.tolist(), y=y.tolist(), mode="lines", line=line, hoverinfo="skip")
            )
    figure.add_hline(y=centre, line={"color": colour("line", stratum), "width": 1})
    means = np.array([one["mean"] for one in of])
    names = [one["site"] for one in of]
    figure.add_trace(dots(sizes, means, stratum, "%{y}, %{x} patients", names=names, size=10))
    return figure


def _row(one: Record) -> dict[str, str]:
    return {
        "Site": one["site"],
        "Patients are": one.get("stratum", "all"),
        "Patients": str(one["n"]),
        "Mean": number(one["mean"], 1),
        **{
            f"{words} limits": f"{number(one[f'low_{name}'], 1)} to {number(one[f'high_{name}'], 1)}"
            for name, words in (("95", "95 %"), ("998", "99.8 %"))
        },
    }
