"""Chinese numerals of headings: 十五 is 15, and back."""

from functools import cache

_DIGITS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """`number` (1 to 999) as a heading prints it: 15 is 十五, 108 is 一百零八."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")


def number(text: str) -> int | None:
    """The number (1 to 999) that `text` prints in Chinese or Arabic digits, or None."""
    if text.isdecimal():
        return int(text[:9])
    return _numbers().get(text)


@cache
def _numbers() -> dict[str, int]:
    return {chinese(number): number for number in range(1, 1000)}
