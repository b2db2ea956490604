"""`seventh study …`: make studies, show them, activate them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from sqlalchemy import func, select

from surveys.cli.database import changing, reading
from surveys.lists import twins
from surveys.models import Patient, Response, Study, Visit
from surveys.schedule import preset, preset_names
from surveys.store.study import readiness, studies
from surveys.store.study.studies import NewStudy
from surveys.store.words import eye_texts, permissions
from surveys.store.words.wordings import Texts


@click.group()
def study() -> None:
    """Studies and their plans."""


@study.command()
@click.argument("code")
@click.option("--title", default="", help="What people read; the code where none is given.")
@click.option("--plan", default="registry", show_default=True, help=f"One of: {', '.join(preset_names())}.")
@click.option(
    "--timezone", default="UTC", show_default=True, help="Days are counted here, e.g. Europe/Berlin."
)
@click.option(
    "--locale", "locales", multiple=True, default=("en",), show_default=True, help="May be repeated."
)
@click.option("--contact", default="", help="Whom patients can ask, and how.")
@click.option("--who-reads", default="", help="Who reads the answers and when, for patients.")
@click.option("--crisis-text", default="", help="Shown at once to somebody who tells of self-harm.")
@click.option("--eye-text", default="", help="When an eye needs a doctor, if other words than ours.")
@click.option("--lowest-age", type=click.IntRange(0, 120), default=18, show_default=True)
@click.option("--simulated", is_flag=True, help="For made-up patients only, and said so everywhere.")
@click.option("--ask", multiple=True, help="An optional item, such as phq9.q10; may be repeated.")
@click.option("--background", is_flag=True, help="Ask patients of their palsy and treatments first.")
@click.pass_context
def create(
    context: click.Context,
    code: str,
    title: str,
    plan: str,
    timezone: str,
    locales: tuple[str, ...],
    contact: str,
    who_reads: str,
    crisis_text: str,
    eye_text: str,
    lowest_age: int,
    simulated: bool,
    ask: tuple[str, ...],
    background: bool,
) -> None:
    """Make the draft study CODE.

    Texts are taken as the study's first language. A draft study can be imported into and reported.
    """
    new = NewStudy(
        code=code,
        title=title,
        timezone=timezone,
        locales=locales,
        contact=contact,
        who_reads={locales[0]: who_reads} if who_reads else {},
        crisis_texts={locales[0]: crisis_text} if crisis_text else {},
        eye_texts={**eye_texts.begun(locales), locales[0]: eye_text} if eye_text else None,
        lowest_age=lowest_age,
        simulated=simulated,
        optional_items=ask,
        asks_background=background,
    )
    with changing(context) as opened:
        studies.create(
            opened.session, new, preset(plan), opened.library, at=opened.at, actor="command:study create"
        )
    click.echo(f"Study {code} is a draft now. See it with: seventh study show {code}")


@study.command("list")
@click.pass_context
def list_studies(context: click.Context) -> None:
    """Code, status, number of patients and title of every study."""
    with reading(context) as opened:
        query = (
            select(Study, func.count(Patient.id))
            .outerjoin(Patient, Patient.study_id == Study.id)
            .group_by(Study.id)
            .order_by(Study.code)
        )
        rows = [(row, patients) for row, patients in opened.session.execute(query)]
        if not rows:
            click.echo("There is no study yet. Make one with: seventh study create CODE", err=True)
        for row, patients in rows:
            status = f"{row.status}, simulated" if row.simulated else row.status
            click.echo(f"{row.code:<20} {status:<18} {patients:>7} patients  {row.title}")


@study.command()
@click.argument("code")
@click.pass_context
def show(context: click.Context, code: str) -> None:
    """Everything about the study CODE, and what keeps it from going live."""
    with reading(context) as opened:
        found = opened.study(code)
        of_study = Patient.study_id == found.id
        patients = opened.session.scalar(select(func.count(Patient.id)).where(of_study))
        responses = opened.session.scalar(
            select(func.count(Response.id)).join(Visit).join(Patient).where(of_study, Response.stands)
        )
        for label, value in (
            ("Code", found.code),
            ("Title", found.title),
            ("Status", f"{found.status}, simulated patients" if found.simulated else found.status),
            ("Time zone", found.timezone),
            ("Languages", ", ".join(found.locales)),
            ("Lowest age", found.lowest_age),
            ("Contact", found.contact or "none yet"),
            ("Asks also", ", ".join(found.optional_items) or "nothing optional"),
            ("Background", "asked before the first questionnaire" if found.asks_background else "not asked"),
            ("Patients", patients),
            ("Responses", responses),
        ):
            click.echo(f"{label:<11} {value}")
        click.echo("Plan")
        for row in found.timepoints:
            click.echo(
                f"  {row.key:<12} {row.offset_days:>5} days after {row.treatment or row.anchor} "
                f"(-{row.window_before}/+{row.window_after}): {', '.join(row.battery)}"
            )
        if alike := twins.of_study(opened.session, found.id):
            click.echo("Read the same")
        for one in alike:
            click.echo(f"  {one}")
        keys = dict.fromkeys(key for row in found.timepoints for key in row.battery)
        permitted = permissions.in_force(opened.session, found.id)
        click.echo("Wordings")
        asked = permissions.asked(opened.session, found, keys, Texts(opened.library))
        for key, instrument in asked.items():
            words = instrument.wording
            click.echo(
                f"  {key:<12} {words.name} ({words.status}), in {', '.join(words.texts) or 'no language'}"
            )
            if by := permitted.get(key):
                click.echo(f"               by leave of {by.holder}: {by.reference}; {by.publication}")
        obstacles = (
            studies.obstacles(opened.session, found, opened.library) if found.status == "draft" else []
        )
        if obstacles:
            click.echo("Before it can go live")
        for obstacle in obstacles:
            click.echo(f"  {obstacle}")


@study.command()
@click.argument("code", metavar="STUDY")
@click.argument("instrument")
@click.option("--wording", required=True, help="The name of the wording, as it was loaded.")
@click.option("--holder", required=True, help="Who holds the rights and gave leave.")
@click.option("--reference", required=True, help="Where that is written: a letter, a licence number.")
@click.option("--publication", required=True, help="The publication of this translation.")
@click.option("--version", help="Of the instrument.  [default: the newest that has this wording]")
@click.pass_context
def permit(
    context: click.Context,
    code: str,
    instrument: str,
    wording: str,
    holder: str,
    reference: str,
    publication: str,
    version: str | None,
) -> None:
    """Record by whose leave STUDY asks INSTRUMENT in a wording. From now on it is asked so."""
    new = permissions.NewPermission(instrument, wording, holder, reference, publication, version)
    with changing(context) as opened:
        actor = "command:study permit"
        permissions.permit(opened.session, opened.study(code), new, opened.library, at=opened.at, actor=actor)
    click.echo(f"Study {code} asks {instrument} in the wording {wording!r} now.")


@study.command()
@click.argument("code", metavar="STUDY")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def consent(context: click.Context, code: str, file: Path) -> None:
    """Ask the patients of STUDY for consent, in the words of FILE (TOML), before their first question."""
    from surveys.exchange.consent_file import read
    from surveys.store.patient import consents

    version, texts = read(file.read_bytes())
    with changing(context) as opened:
        actor = "command:study consent"
        new = consents.load(opened.session, opened.study(code), version, texts, at=opened.at, actor=actor)
    if new:
        click.echo(f"Study {code} asks for consent in version {version} now ({', '.join(texts)}).")
    else:
        click.echo("It is there already, word for word.")


@study.command()
@click.argument("code")
@click.pass_context
def activate(context: click.Context, code: str) -> None:
    """Let the patients of the draft study CODE answer."""
    with changing(context) as opened:
        found = opened.study(code)
        studies.activate(opened.session, found, opened.library, at=opened.at, actor="command:study activate")
        warnings = readiness.warnings(found, opened.settings)
    for warning in warnings:
        click.echo(warning, err=True)
    click.echo(f"Study {code} is active now.")


@study.command("export-setup")
@click.argument("code", metavar="STUDY")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--wordings",
    "with_wordings",
    is_flag=True,
    help="Also texts that this site loaded, if licences allow.",
)
@click.pass_context
def export_setup(context: click.Context, code: str, file: Path, with_wordings: bool) -> None:
    """Write plan, texts, rules, settings and own forms of STUDY into FILE (JSON): no patients, no secrets."""
    from surveys.exchange import study_setup

    with reading(context) as opened:
        found = opened.study(code)
        told = study_setup.told(opened.session, found, opened.library, with_wordings=with_wordings)
        file.write_text(study_setup.as_text(told), encoding="utf-8")
    click.echo(f"The set-up of {code} is in {file}.")


@study.command("import-setup")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("code")
@click.option("--title", default="", help="Of the new study.  [default: that of the file]")
@click.option("--simulated", is_flag=True, help="For made-up patients only, and said so everywhere.")
@click.pass_context
def import_setup(context: click.Context, file: Path, code: str, title: str, simulated: bool) -> None:
    """Make the draft study CODE with the set-up in FILE."""
    from surveys.exchange import study_setup

    content = study_setup.read(file.read_bytes())
    _make(context, code, content, title, simulated)


@study.command("take-over")
@click.argument("source", metavar="FOLDER_OR_ZIP", type=click.Path(exists=True, path_type=Path))
@click.pass_context
def take_over(context: click.Context, source: Path) -> None:
    """Make the draft study that `seventh export --format all` wrote elsewhere, with all its data.

    It keeps its code, plan, texts, rules, own forms, patients, answers and scores. A refusal leaves nothing.
    """
    from surveys.db import snapshot
    from surveys.exchange.moving import files, whole_study

    with (
        reading(context) as opened,
        files.opened(source, source.name, files.WHOLE_STUDY) as whole,
        files.opened(source, source.name) as package,
    ):
        code, arrived = whole_study.take(
            snapshot,
            opened.transaction,
            whole,
            package,
            opened.library,
            at=opened.at,
            actor="command:study take-over",
        )
    for line in arrived.lines:
        click.echo(line)
    click.echo(f"Study {code} is a draft now. Its team is not here: seventh staff add EMAIL --role …")


@study.command("take-forms")
@click.argument("code", metavar="STUDY")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--form", "forms", multiple=True, help="This form alone; may stand several times.")
@click.pass_context
def take_forms(context: click.Context, code: str, file: Path, forms: tuple[str, ...]) -> None:
    """Make forms of STUDY's own of those of another program: unscored, as a draft of a form is.

    FILE is a REDCap data dictionary, a project as XML, a zip file of dictionary and data, or a flat
    Questionnaire of FHIR R4 as JSON. What is a questionnaire of Seventh is left out; so is what identifies.
    """
    from surveys.exchange.foreign import taking
    from surveys.exchange.tables import known

    with changing(context) as opened:
        study = opened.study(code)
        instruments = known.of_site(opened.session, opened.library, study.code)
        found, told = taking.read(file.read_bytes(), instruments, forms)
        made = taking.keep(
            opened.session, study, found, opened.library, at=opened.at, actor="command:study take-forms"
        )
    for line in (*told, *made):
        click.echo(line)


@study.command("copy")
@click.argument("source", metavar="STUDY")
@click.argument("code")
@click.option("--title", default="", help="Of the new study.  [default: that of STUDY]")
@click.option("--simulated", is_flag=True, help="For made-up patients only, and said so everywhere.")
@click.pass_context
def copy(context: click.Context, source: str, code: str, title: str, simulated: bool) -> None:
    """Make the draft study CODE with the set-up of STUDY, without its patients."""
    from surveys.exchange import study_setup

    with reading(context) as opened:
        content = study_setup.told(opened.session, opened.study(source), opened.library)
    _make(context, code, content, title, simulated)


def _make(context: click.Context, code: str, content: Any, title: str, simulated: bool) -> None:
    from surveys.exchange import study_setup

    with changing(context) as opened:
        study_setup.make(
            opened.session,
            code,
            content,
            opened.library,
            title=title,
            simulated=simulated,
            at=opened.at,
            actor=f"command:study {context.info_name}",
        )
    click.echo(f"Study {code} is a draft now. See it with: seventh study show {code}")
