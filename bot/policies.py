"""Policy files: read with their places, completed by what they extend, and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from bot.calendars import calendars_for
from bot.config import ROOT
from bot.domain.policy import DEFAULT, Policy, PolicyError, read_policy
from bot.domain.policy.fields import Fault
from bot.domain.policy.fields import Path as FieldPath
from bot.domain.policy.rules import Rules, read_rules
from bot.domain.profiles import Profiles, read_profiles
from bot.domain.sentences import say
from bot.rules.problems import Place, Problem, Problems, meant
from bot.rules.yaml_source import Series, Table, Value, plain, read_yaml
from bot.rules.yaml_wording import PolicyFileWrong, YamlWrong

SHIPPED = ROOT / "flows" / "policies"
PROFILES = "profiles"  # the one file there that is no policy

UNFIT = "KL401"
NO_SUCH_POLICY = "KL402"

_EXTENDS = "extends"


class PolicyFileError(ValueError):
    """The file cannot be used; `problems` names every place, and so does the message."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def load_policy(path: Path, country: str | None = None, region: str | None = None) -> Policy:
    """As it holds for a customer of that country and region. Raises PolicyFileError."""
    return _checked(_read(path, ()), country, region)


def policy_data(path: Path) -> dict[str, Any]:
    """The file as it is stored with a campaign: complete, checked, and in need of no other file."""
    document = _read(path, ())
    _checked(document, None, None)
    return document.data


def policy_data_of(text: str, name: str = "policy.yaml") -> dict[str, Any]:
    """What somebody has written, like the file of that name beside the shipped ones. Raises PolicyFileError."""
    document = _completed(_parsed(text, name), SHIPPED / name, ())
    _checked(document, None, None)
    return document.data


def policy_text(data: Mapping[str, Any]) -> str:
    """A stored policy as its author would write it: in the order in which the guide names its parts."""
    ordered = {part: data[part] for part in DEFAULT if part in data}
    return yaml.safe_dump(ordered, allow_unicode=True, sort_keys=False, width=100) if ordered else ""


def policy_of(data: Mapping[str, Any], country: str | None, region: str | None) -> Policy:
    """A stored policy, as it holds for a customer of that country and region. Raises PolicyError."""
    return read_policy(data, calendars_for(country, region))


def rules_of(data: Mapping[str, Any], country: str | None, region: str | None) -> Rules:
    """All that a stored policy says, the campaign's money and brakes included. Raises PolicyError."""
    return read_rules(data, calendars_for(country, region))


def load_profiles(folder: Path = SHIPPED) -> Profiles:
    document = _document(folder / f"{PROFILES}.yaml")
    try:
        profiles = read_profiles(document.data, policy_names(folder))
    except PolicyError as error:
        raise document.refusal(error.faults) from None
    if document.unread:
        raise document.refusal(())
    return profiles


def policy_names(folder: Path = SHIPPED) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.yaml") if path.stem != PROFILES)


@dataclass(frozen=True, slots=True)
class _Spot:
    file: str
    name: Place
    value: Place


@dataclass(frozen=True, slots=True)
class _Document:
    """Values, and where each was written: in this file or in one that it extends."""

    data: dict[str, Any]
    spots: Mapping[FieldPath, _Spot]
    unread: tuple[Problem, ...] = ()  # what is no proper YAML, beside the data

    def refusal(self, faults: Sequence[Fault]) -> PolicyFileError:
        """In the order in which they are read in the editor, what is extended first; each place's first problem."""
        problems = [*self.unread, *(self._problem(fault) for fault in faults)]
        found = {(one.file, one.line, one.col): one for one in reversed(problems)}
        own = self.spots[()].file
        return PolicyFileError(
            sorted(found.values(), key=lambda one: (one.file == own, one.file, one.line, one.col))
        )

    def _problem(self, fault: Fault) -> Problem:
        """At the fault's own place, or at the nearest name above it."""
        spot = self.spots.get(fault.path)
        place = None if spot is None else spot.name if fault.at_name else spot.value
        above = fault.path
        while spot is None or place is None:
            above = above[:-1]
            spot = self.spots[above]
            place = spot.name
        return Problem(spot.file, place.line, place.col, UNFIT, fault.told)


def _checked(document: _Document, country: str | None, region: str | None) -> Policy:
    try:
        policy = policy_of(document.data, country, region)
    except PolicyError as error:
        raise document.refusal(error.faults) from None
    if document.unread:
        raise document.refusal(())
    return policy


def _read(path: Path, inside: tuple[Path, ...]) -> _Document:
    return _completed(_document(path), path, inside)


def _completed(document: _Document, path: Path, inside: tuple[Path, ...]) -> _Document:
    """By what it extends, which is looked for beside `path`."""
    parent = document.data.pop(_EXTENDS, None)
    if parent is None:
        return document
    spot = document.spots[_EXTENDS,]
    found = _parent(path, parent)
    if found is None or found in (*inside, path):
        wrong = PolicyFileWrong.NO_POLICY if found is None else PolicyFileWrong.A_CIRCLE
        hint = meant(str(parent), policy_names()) if found is None else ""
        said = say(wrong, name=parent)
        raise PolicyFileError(
            [Problem(spot.file, spot.value.line, spot.value.col, NO_SUCH_POLICY, said, hint)]
        )
    base = _read(found, (*inside, path))
    return _Document(
        _over(base.data, document.data),
        {**base.spots, **document.spots},
        (*base.unread, *document.unread),
    )


def _parent(path: Path, name: object) -> Path | None:
    """A file beside this one comes before a shipped one."""
    if not isinstance(name, str) or not name.replace("_", "").isalnum() or name == PROFILES:
        return None
    candidates = (folder / f"{name}.yaml" for folder in (path.parent, SHIPPED))
    return next((file for file in candidates if file.is_file()), None)


def _over(base: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings are completed name by name; anything else is replaced as a whole."""
    merged = dict(base)
    for name, value in data.items():
        below = merged.get(name)
        both = isinstance(value, Mapping) and isinstance(below, Mapping)
        merged[name] = _over(below, value) if both else value  # type: ignore[arg-type]
    return merged


def _document(path: Path) -> _Document:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyFileError(
            [Problem(str(path), Place().line, Place().col, UNFIT, say(YamlWrong.CLOSED_FILE, why=error))]
        ) from None
    return _parsed(text, str(path))


def _parsed(text: str, name: str) -> _Document:
    problems = Problems(name)
    root = read_yaml(text, problems)
    if root is not None and not isinstance(root, Table):
        problems.add(root.place, UNFIT, say(PolicyFileWrong.NO_MAPPING))
    if not isinstance(root, Table):
        raise PolicyFileError(problems.in_order())
    data = _storable(plain(root))
    assert isinstance(data, dict)
    return _Document(data, dict(_spots(root, (), name, root.place)), tuple(problems.in_order()))


def _storable(value: object) -> object:
    """As JSON keeps it with every digit: a fraction becomes the text that was written."""
    if isinstance(value, dict):
        return {name: _storable(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value


def _spots(value: Value, path: FieldPath, file: str, name: Place) -> Iterator[tuple[FieldPath, _Spot]]:
    yield path, _Spot(file, name, value.place)
    if isinstance(value, Table):
        for key, entry in value.entries.items():
            yield from _spots(entry.value, (*path, key), file, entry.key_place)
    if isinstance(value, Series):
        for number, item in enumerate(value.items):
            yield from _spots(item, (*path, number), file, item.place)
