"""The library of broken spreadsheets: no row is stored wrongly without a word, every refusal names its cell."""

from __future__ import annotations

import pytest

from feedback_store.service.imports_catalogue import Catalogue
from tests.integration.data.broken_files import Case, cases, csv_of, file_of
from tests.integration.data.judging import fault_of, judged

LIBRARY = list(cases())


def test_the_library_is_large_enough() -> None:
    assert len(LIBRARY) >= 200
    assert len({case.name for case in LIBRARY}) == len(LIBRARY)


@pytest.mark.parametrize("case", LIBRARY, ids=lambda case: case.name)
def test_no_row_is_stored_wrongly_without_a_word(case: Case, catalogue: Catalogue) -> None:
    assert fault_of(case, file_of(case), catalogue) == ""


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("named", [True, False])
def test_the_same_as_text_with_every_separator(separator: str, named: bool, catalogue: Catalogue) -> None:
    texts = [case for case in LIBRARY if isinstance(case.cell, str) and case.frame == "plain" and "=" not in case.cell]
    for case in texts[::3]:
        records, back, _ = judged(csv_of(case, separator=separator, named=named), catalogue)
        bad = next(code for code in (*records, *back) if code != "DUNG")
        assert (bad in back) == (case.fate == "refused"), (case, back)
