import pytest

from rehearsal.segments import count_segments


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),  # an extension character is two
        ("€" * 81, 2),
        ("é" * 160, 1),
        ("a" * 159 + "`", 3),  # one character outside GSM-7 makes all of it UCS-2
        ("充" * 70, 1),
        ("充" * 71, 2),
        ("充" * 134, 2),
        ("充" * 135, 3),
        ("👍" * 35, 1),  # two units each
        ("👍" * 36, 2),
    ],
)
def test_a_text_is_charged_by_its_alphabet(text: str, segments: int) -> None:
    assert count_segments(text) == segments
