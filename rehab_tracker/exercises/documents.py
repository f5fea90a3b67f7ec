"""The YAML files of the seed data, each kept beside Python's compiled files once it was read."""

import json
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import yaml

_KEPT = Path(__file__).parent / "__pycache__"


class SeedInvalid(Exception):
    """The seed library cannot be used; `problems` says why, one line for each."""

    def __init__(self, found: Sequence[str]) -> None:
        super().__init__("\n".join(found))
        self.problems = tuple(found)


def home() -> Traversable:
    """Return where the seed data lies."""
    try:
        return files("rehab_tracker.seed_data")
    except ModuleNotFoundError:  # a checkout, where the folder lies beside the package
        return Path(__file__).resolve().parents[2] / "seed_data"


def document(*path: str) -> Any:
    """Return what a file of the seed data holds; raises SeedInvalid.

    Reading it as YAML takes a tenth of a second for all of them, and a megabyte for the library.
    """
    text = home().joinpath(*path).read_text(encoding="utf-8")
    of, kept = sha256(text.encode()).hexdigest(), _KEPT / f"{'-'.join(path)}.json"
    with suppress(OSError, ValueError, LookupError, TypeError):  # not kept, or half
        found = json.loads(kept.read_bytes())
        if found["of"] == of:
            return found["document"]
    found = parse(path[-1], text)
    with suppress(OSError):  # an installation that cannot be written to is slower, not wrong
        replace(kept, json.dumps({"of": of, "document": found}).encode())
    return found


def replace(file: Path, content: bytes) -> None:
    """Write a file of which others see all or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent, delete=False) as draft:
        draft.write(content)
    Path(draft.name).replace(file)


def parse(name: str, text: str) -> Any:
    """Return the document that a file's text holds; raises SeedInvalid if it is no YAML."""
    import yaml  # noqa: PLC0415

    try:
        return yaml.load(text, Loader=_loader())  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise SeedInvalid([f"{name}: {' '.join(str(error).split())}"]) from error


@cache
def _loader() -> "type[yaml.SafeLoader]":
    import yaml  # noqa: PLC0415
    from yaml import SafeLoader  # noqa: PLC0415

    with suppress(ImportError):  # of a PyYAML that was built without libyaml
        from yaml import CSafeLoader as SafeLoader  # type: ignore[assignment]  # noqa: PLC0415

    class Loader(SafeLoader):
        """Refuses a key given twice, of which YAML would silently keep the last."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            keys = [key.value for key, _ in node.value]
            if again := next((key for key in keys if keys.count(key) > 1), None):
                raise yaml.constructor.ConstructorError(
                    None, None, f'the key "{again}" is there twice', node.start_mark
                )
            return super().construct_mapping(node, deep)

    return Loader
