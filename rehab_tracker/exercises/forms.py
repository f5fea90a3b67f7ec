"""Shape of an exercise that a clinic writes."""

from collections.abc import Mapping
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DecimalField,
    FileField,
    Form,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from rehab_tracker.domain.dosage import Dose
from rehab_tracker.exercises.actions import NAME_MAX, ExerciseDraft
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.exercises.queries import dose_of
from rehab_tracker.exercises.seed import load_library
from rehab_tracker.exercises.words import (
    CAUTION_NAMES,
    KIND_NAMES,
    KIT_NAMES,
    KNEE_LOAD_NAMES,
    LATERALITY_NAMES,
    LEVEL_NAMES,
    LOAD_TYPE_NAMES,
    POSITION_NAMES,
    REGION_NAMES,
)
from rehab_tracker.foundation.shape import Chips, WholeNumber, choices, one_line, readable_text

_LISTED = (
    "equipment", "equipment_any", "equipment_optional", "cautions", "contraindications",
)  # fmt: skip
_LINES = ("targets", "cues", "sources")
_ALIKE = (
    "name", "language", "region", "kind", "position", "laterality", "level", "pfj_load",
    "load_type", "sessions_per_week", "optional",
)  # fmt: skip
_AMOUNTS = (
    "sets", "reps", "reps_max", "hold_s", "hold_max_s", "work_s", "load_kg", "band", "tempo",
    "rest_s", "target_rpe",
)  # fmt: skip
_CODE = 2  # letters of a language in ISO 639-1


class Lines(TextAreaField):
    """One text on each line."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The texts, without blank lines."""
        texts = (line.strip() for line in (self.data or "").splitlines())
        return tuple(text for text in texts if text)


class LineLength:
    """Refuse a line longer than `most` characters, and more than `count` lines."""

    def __init__(self, most: int, count: int) -> None:
        self.most, self.count = most, count

    def __call__(self, _form: Form, field: Lines) -> None:
        """Look at each line."""
        if len(field.lines) > self.count:
            raise ValidationError(_("At most %(count)s lines, please.", count=self.count))
        if any(len(line) > self.most for line in field.lines):
            raise ValidationError(_("At most %(most)s characters a line, please.", most=self.most))


def _choice(label: Any, names: Mapping[str, Any]) -> SelectField:
    return SelectField(label, choices=choices(names.items()))


def _chips(label: Any, names: Mapping[str, Any]) -> Chips:
    return Chips(label, choices=choices(names.items()))


def _number(label: Any) -> WholeNumber:
    return WholeNumber(label, [Optional()])


def _trimmed(text: str | None) -> str:
    return (text or "").strip()


class ExerciseForm(FlaskForm):
    """Everything a clinic says about an exercise of its own."""

    name = StringField(
        _l("Name"), [DataRequired(), Length(max=NAME_MAX), one_line], filters=[_trimmed]
    )
    language = SelectField(_l("Language of its texts"))
    region = _choice(_l("Region"), REGION_NAMES)
    kind = _choice(_l("Kind"), KIND_NAMES)
    level = SelectField(_l("Level"), coerce=int, choices=choices(LEVEL_NAMES.items()))
    pfj_load = _choice(_l("Load on the kneecap"), KNEE_LOAD_NAMES)
    position = _choice(_l("Position"), POSITION_NAMES)
    laterality = _choice(_l("Sides"), LATERALITY_NAMES)
    load_type = _choice(_l("Worked against"), LOAD_TYPE_NAMES)
    targets = Lines(_l("Works on"), [LineLength(60, 8), readable_text])
    equipment = _chips(_l("Needs all of these"), KIT_NAMES)
    equipment_any = _chips(_l("Needs one of these"), KIT_NAMES)
    equipment_optional = _chips(_l("Nice to have"), KIT_NAMES)
    cautions = _chips(_l("Take care with"), CAUTION_NAMES)
    contraindications = _chips(_l("Not with"), CAUTION_NAMES)
    cues = Lines(_l("Cues"), [LineLength(200, 8), readable_text])
    sets = WholeNumber(_l("Sets"), [InputRequired()])
    reps = _number(_l("Repetitions"))
    reps_max = _number(_l("Repetitions, top"))
    hold_s = _number(_l("Hold, seconds"))
    hold_max_s = _number(_l("Hold, top"))
    work_s = _number(_l("Working time, seconds"))
    load_kg = DecimalField(_l("Weight, kg"), [Optional()], places=None)
    band = _number(_l("Band, number"))
    tempo = StringField(_l("Tempo"), [Length(max=20), one_line], filters=[_trimmed])
    rest_s = _number(_l("Rest, seconds"))
    target_rpe = _number(_l("Effort, of 10"))
    sessions_per_week = WholeNumber(_l("Sessions a week"), [InputRequired()])
    optional = BooleanField(_l("Optional: it does not count towards adherence"))
    evidence_level = SelectField(_l("Evidence level"))
    sources = Lines(_l("Sources"), [LineLength(300, 8), readable_text])

    def offer(self) -> None:
        """Set the choices that depend on the reader's language and on the library."""
        levels = load_library().vocabularies.evidence_levels.items()
        rated = ((letter, f"{letter}: {meaning}") for letter, meaning in levels)
        self.evidence_level.choices = choices([("", _("Not rated")), *rated])
        names = get_locale().languages.items()
        languages = sorted((name, code) for code, name in names if len(code) == _CODE)
        self.language.choices = choices((code, name) for name, code in languages)

    def draft(self) -> ExerciseDraft:
        """Return what was typed."""
        plain: dict[str, Any] = {name: self[name].data for name in _ALIKE}
        chosen = {name: tuple(self[name].data) for name in _LISTED}
        return ExerciseDraft(
            **plain | chosen,
            targets=self.targets.lines,
            cues=self.cues.lines,
            sources=tuple(map(_key_of, self.sources.lines)),
            evidence_level=self.evidence_level.data or None,
            dose=self._dose(),
        )

    def _dose(self) -> Dose:
        amounts = {name: self[name].data for name in _AMOUNTS}
        return Dose(**amounts | {"tempo": self.tempo.data or None, "rest_s": self.rest_s.data or 0})


class UploadForm(FlaskForm):
    """A picture or film of the clinic's own; its content is judged, not its name."""

    upload = FileField(_l("Picture or short film"))


class FigureForm(FlaskForm):
    """A drawn figure of the seed library, or none."""

    figure = StringField(_l("Figure"), filters=[_trimmed])


def as_typed(exercise: Exercise) -> dict[str, Any]:
    """Return what an exercise's form shows before anything is changed."""
    dose = dose_of(exercise)
    lines = {name: "\n".join(getattr(exercise, name)) for name in _LINES}
    return (
        {name: getattr(exercise, name) for name in (*_ALIKE, *_LISTED)}
        | {name: getattr(dose, name) for name in _AMOUNTS}
        | lines
        | {
            "sources": "\n".join(map(citation, exercise.sources)),
            "evidence_level": exercise.evidence_level or "",
        }
    )


def citation(source: str) -> str:
    """Return a source as people cite it; the seed's have keys, a clinic's are citations."""
    known = load_library().sources.get(source)
    return known.citation if known else source


def _key_of(citation: str) -> str:
    known = load_library().sources.items()
    return next((key for key, source in known if source.citation == citation), citation)
