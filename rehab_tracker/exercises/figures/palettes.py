"""Five people, and the colors of what surrounds them; all hold on light and on dark pages."""

from dataclasses import dataclass

HALO = "#ffffff"
THINGS = {
    "eye": "#33261f",
    "blush": "#d9705f",
    "sole": "#b9c0c2",
    "sock": "#c6cfd2",
    "shoe": "#e8ebe9",
    "muscle": "#e8442c",
    "muscle_light": "#ff8a6e",
    "arrow": "#e8442c",
    "ghost": "#8ba3ae",
    "ground": "#9fb1b9",
    "mat": "#8fc1d6",
    "wall": "#d3dfe4",
    "box": "#b9c7cd",
    "wood": "#c99b6b",
    "cushion": "#7f95a8",
    "band": "#f2b035",
    "belt": "#7a5a45",
    "towel": "#c98bc2",
    "metal": "#56646e",
    "glass": "#a9d3e0",
    "foam": "#8a86b8",
    "ball": "#4d9ed6",
    "bag": "#6f7d4e",
    "weight": "#5b5f74",
    "mark": "#f2b035",
    "beat": "#7a6bc0",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who shows exercises: colors, and how the hair is worn."""

    skin: str
    hair: str
    shirt: str
    shorts: str
    trim: str
    style: str
    beard: bool = False
    slim: bool = False


PEOPLE = (
    Person("#e8b996", "#6b4a3a", "#2f9487", "#3f5d78", "#2f9487", "bun", slim=True),
    Person("#9a6545", "#3d3433", "#e3a63c", "#4b5f86", "#e3a63c", "cropped", beard=True),
    Person("#f0cbb0", "#b5673a", "#6a74c9", "#4c5872", "#6a74c9", "ponytail", slim=True),
    Person("#c98f66", "#4a3c3a", "#4a93c7", "#566573", "#4a93c7", "short"),
    Person("#7d5038", "#3a3032", "#b06fb0", "#4f6a6f", "#b06fb0", "bob", slim=True),
    Person("#ecc3a4", "#a7abb0", "#5f9d5b", "#5a6378", "#5f9d5b", "short", beard=True),
)


def tone(color: str, name: str) -> str:
    """Return the tone of a color that a name's ending asks for: far side, top, side or crease."""
    if name.endswith("_far"):
        return _mix(color, "#20343f", 0.26)
    if name.endswith("_top"):
        return _mix(color, "#ffffff", 0.32)
    if name.endswith("_side"):
        return _mix(color, "#20343f", 0.18)
    return color


def paint(person: Person, name: str) -> str:
    """Return the hex color of a surface."""
    base = name.removesuffix("_far").removesuffix("_top").removesuffix("_side")
    if base == "crease":
        return tone(_mix(person.skin, "#7a3f2a", 0.22), name)
    color = THINGS.get(base) or str(getattr(person, base))
    return tone(color, name)


def _mix(color: str, other: str, share: float) -> str:
    pairs = zip(_rgb(color), _rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _rgb(color: str) -> tuple[int, ...]:
    return tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))
