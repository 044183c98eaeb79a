"""Keep the translations whole: `python -m console.catalogue` after a text has changed, then fill what is empty.

Both files are committed, the readable `messages.po` and the `messages.mo` made from it, so a clean clone
needs no build step. A test holds them equal to the texts in the code.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

CONSOLE = Path(__file__).parent
PO = CONSOLE / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
MO = PO.with_suffix(".mo")

_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
_KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}


def extracted() -> Catalog:
    """Every text that the console's code and templates ask to be translated."""
    catalog = Catalog(project="Keepline", charset="utf-8")
    for file, _line, message, comments, context in extract_from_dir(
        CONSOLE, _METHODS, keywords=_KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
    ):
        catalog.add(message, None, [(file, 0)], auto_comments=comments, context=context)
    return catalog


def stored() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="zh")


def compiled(catalog: Catalog) -> bytes:
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def untranslated(catalog: Catalog) -> list[str]:
    """Texts without a Chinese one; a fuzzy guess does not count."""
    return [str(one.id) for one in catalog if one.id and (not one.string or one.fuzzy)]


def refresh() -> Catalog:
    catalog = stored() if PO.exists() else Catalog(locale="zh")
    catalog.header_comment = "# The console in Chinese. See console/catalogue.py."
    catalog.project, catalog.version, catalog.fuzzy = "Keepline", "console", False
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    catalog.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        # No dates and no line numbers: the file changes only when a text does.
        write_po(file, catalog, sort_output=True, omit_header=False, include_lineno=False, width=110)
    MO.write_bytes(compiled(catalog))
    return catalog


if __name__ == "__main__":
    missing = untranslated(refresh())
    for text in missing:
        sys.stderr.write(f"{PO}: no Chinese for {text!r}\n")
    sys.exit(1 if missing else 0)
