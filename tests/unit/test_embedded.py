"""What is said of a database that cannot be used, in one line."""

from __future__ import annotations

import pytest

from bot.config import ConfigError
from bot.embedded import check_database


def test_another_kind_of_database_is_refused_by_its_scheme() -> None:
    with pytest.raises(ConfigError, match="DATABASE_URL must start with postgresql://"):
        check_database("mysql://somebody@somewhere/keepline")


@pytest.mark.enable_socket
def test_a_server_that_does_not_answer_is_said_in_one_line_without_the_password() -> None:
    with pytest.raises(ConfigError) as refused:
        check_database("postgresql://somebody:secret@127.0.0.1:1/keepline")
    said = str(refused.value)
    assert said.startswith("DATABASE_URL: cannot connect: ")
    assert "refused" in said
    assert "\n" not in said
    assert "secret" not in said
