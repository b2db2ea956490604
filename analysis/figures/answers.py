"""The answer to the question of each screen, in one sentence made of what is told of the study."""

from collections.abc import Callable, Mapping, Sequence

from analysis.data.kinds import level_words
from analysis.figures.pages import Part, Scene, chosen_pair
from analysis.results.findings import Findings
from analysis.results.scales import life_and_mood, mood_scales, screening_scales
from analysis.statements import outcomes, time, together, treatments
from analysis.statements.answer import NOTHING_TOLD, Wording, by_stratum, in_one, joined
from analysis.statements.statement import Statement
from analysis.statements.words import shifted
from analysis.words import words as _

TIME_WORDS = Wording(
    _("a longer time since onset is associated with {}"),
    _("there is no clear association of {} with it"),
)
COURSE_WORDS = Wording(_("a later visit is associated with {}"), _("there is no clear change of {}"))


def answer(screen: str, scene: Scene, parts: Sequence[Part]) -> str:
    """One sentence. Where no screen's own rule makes it, it is that of the first figure."""
    if screen in _ANSWERS:
        return _ANSWERS[screen](scene)
    return next((figure.summary for part in parts for figure in part.figures), NOTHING_TOLD)


def _overview(scene: Scene) -> str:
    return _since_onset(scene, life_and_mood(scene.frames.scale_info, scene.scales) or scene.scales[:2])


def _time(scene: Scene) -> str:
    return _since_onset(scene, scene.scales)


def _since_onset(scene: Scene, scales: Sequence[str]) -> str:
    told = [one for scale in scales for one in together.since_onset(_found(scene), scale)]
    return _in_one(scene, told, lambda __: TIME_WORDS)


def _mood(scene: Scene) -> str:
    """The main scales of quality of life with the first on mood, between patients."""
    mood = mood_scales(scene.frames)[:1]
    found = _found(scene)
    pairs = [pair for pair in together.pairs(found) if pair[0] in scene.scales and pair[1] in mood]
    return _in_one(scene, [one for pair in pairs for one in together.between(found, *pair)], _with(scene))


def _with(scene: Scene) -> Callable[[str | None], Wording]:
    def words(other: str | None) -> Wording:
        info = scene.frames.scale_info[other or ""]
        return Wording(
            _("%(shifted)s is associated with {}", shifted=shifted(info, higher=True)),
            _("there is no clear association of {} with %(label)s", label=info.label),
        )

    return words


def _pair(scene: Scene) -> str:
    scale, other = chosen_pair(scene)
    return joined(together.between(_found(scene), scale, other) if other else [], scene.view.strata)


def _course(scene: Scene) -> str:
    told = [one for scale in scene.closely for one in time.course(_found(scene), scale)]
    return _in_one(scene, told, lambda __: COURSE_WORDS)


def _compared(scene: Scene) -> str:
    told = [one for scale in scene.closely for one in treatments.compared(_found(scene), scale)]
    return _in_one(scene, told, _begun)


def _begun(family: str | None) -> Wording:
    named = level_words(family or "")
    return Wording(
        _("those who began %(family)s had {} afterwards than patients who were alike before", family=named),
        _("there is no clear difference of {} with and without %(family)s", family=named),
        _("{} with and without %(family)s cannot be compared", family=named),
    )


def _changed(scene: Scene) -> str:
    """Every main scale: one may get worse while another gets better."""
    found = _found(scene)
    each = {
        stratum: [outcomes.changed_of(found, scale, stratum) for scale in scene.scales]
        for stratum in scene.view.strata
    }
    return by_stratum({stratum: [one for one in of if one] for stratum, of in each.items()})


def _measured(scene: Scene) -> str:
    """Every main scale: that the first measures well says nothing of the others."""
    found = _found(scene)
    return by_stratum(
        {stratum: outcomes.consistency(found, scene.scales, stratum) for stratum in scene.view.strata}
    )


def _first_of(tell: Callable[[Findings, str], list[Statement]]) -> Callable[[Scene], str]:
    """The sentences on the first of the main scales that has any."""

    def first(scene: Scene) -> str:
        each = (tell(_found(scene), scale) for scale in (*scene.scales, *screening_scales(scene.frames)))
        return joined(next((told for told in each if told), []), scene.view.strata)

    return first


_ANSWERS: Mapping[str, Callable[[Scene], str]] = {
    "overview": _overview,
    "mood": _mood,
    "pair": _pair,
    "time": _time,
    "course": _course,
    "received": _first_of(treatments.by_treatment),
    "before-after": _first_of(treatments.before_and_after),
    "compared": _compared,
    "injections": _first_of(treatments.round_injections),
    "change": _changed,
    "screening": _first_of(outcomes.screened),
    "quality": _measured,
}


def _found(scene: Scene) -> Findings:
    return Findings.of(scene.frames, scene.view.suppress_under)


def _in_one(scene: Scene, told: Sequence[Statement], words: Callable[[str | None], Wording]) -> str:
    return in_one(told, scene.frames.scale_info, scene.view.strata, words)
