"""Numbers as word processors and web pages print them in lists: 三, ③, 丙, c, iii."""

from collections.abc import Callable

_COUNTING = "零一二三四五六七八九"
_DIGITS = "〇一二三四五六七八九"
_LEGAL_SIMPLE = "零壹贰叁肆伍陆柒捌玖"
_LEGAL_FULL = "零壹貳參肆伍陸柒捌玖"
# From here on these formats print digit by digit.
_HUNDRED = 100
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
LARGEST = 32767


def formatted(number: int, style: str) -> str:
    """`number` in one of the formats of ECMA-376 (17.18.59, w:numFmt); decimal in one unknown."""
    if not 0 <= number <= LARGEST:
        return str(number)
    return _FORMATS.get(style, str)(number)


def known(style: str) -> bool:
    """Whether `style` is a format that `formatted` prints as it is meant."""
    return style in _FORMATS


def _thousands(digits: str, units: str) -> Callable[[int], str]:
    """10 is 一十 where the units are those of cheques, 十 elsewhere; 105 is 一百零五."""

    def say(number: int) -> str:
        if number >= 10_000:  # noqa: PLR2004 - 万
            head, rest = divmod(number, 10_000)
            gap = digits[0] if 0 < rest < 1000 else ""  # noqa: PLR2004 - 千
            return say(head) + "万" + gap + (below(rest) if rest else "")
        return below(number) if number else digits[0]

    def below(number: int) -> str:
        said, gap = "", False
        for place in range(3, -1, -1):
            digit = number // 10**place % 10
            if digit:
                said += (digits[0] if gap else "") + digits[digit] + units[place].strip()
            gap = bool(said) and not digit
        short = f"{_COUNTING[1]}十"
        return said[1:] if said.startswith(short) and digits == _COUNTING else said

    return say


def _up_to_99(digits: str) -> Callable[[int], str]:
    """十五, 二十; from 100 on digit by digit: 一〇五."""
    small, large = _thousands(_COUNTING, " 十百千"), _by_digit(digits)
    return lambda number: small(number) if 0 < number < _HUNDRED else large(number)


def _by_digit(digits: str) -> Callable[[int], str]:
    return lambda number: "".join(digits[int(digit)] for digit in str(number))


def _japanese(number: int) -> str:
    """As 105 is 百五: no 一 before a unit, no 零."""
    said = _thousands(_COUNTING, " 十百千")(number)
    if number == 0:
        return "〇"
    for unit in "十百千":
        said = said.replace("一" + unit, unit)
    return said.replace("零", "")


def _cycle(signs: str) -> Callable[[int], str]:
    return lambda number: signs[(number - 1) % len(signs)] if number else ""


def _letters(first: str) -> Callable[[int], str]:
    """From a to z, then aa, bb, as word processors go on."""

    def say(number: int) -> str:
        turns, at = divmod(number - 1, 26)
        return chr(ord(first) + at) * (turns + 1) if number else ""

    return say


def _roman(number: int) -> str:
    said = ""
    for value, sign in _ROMAN:
        said += sign * (number // value)
        number %= value
    return said


def _signs(*ranges: tuple[int, int]) -> Callable[[int], str]:
    """Signs of Unicode that run on in `ranges` (first, count); the bare number beyond them."""
    signs = [chr(first + i) for first, count in ranges for i in range(count)]
    return lambda number: signs[number - 1] if 0 < number <= len(signs) else str(number)


def _ordinal(number: int) -> str:
    teen = number % 100 in range(11, 14)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


_CHINESE = _thousands(_COUNTING, " 十百千")
_CIRCLES = _signs((0x2460, 20), (0x3251, 15), (0x32B1, 15))
_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalHalfWidth": str,
    "decimalZero": "{:02d}".format,
    "decimalFullWidth": lambda number: str(number).translate(_FULL_WIDTH),
    "decimalFullWidth2": lambda number: str(number).translate(_FULL_WIDTH),
    "decimalEnclosedCircle": _CIRCLES,
    "decimalEnclosedCircleChinese": _CIRCLES,
    "decimalEnclosedFullstop": _signs((0x2488, 20)),
    "decimalEnclosedParen": _signs((0x2474, 20)),
    "ideographEnclosedCircle": _signs((0x3280, 10)),
    "numberInDash": "- {} -".format,
    "ordinal": _ordinal,
    "lowerLetter": _letters("a"),
    "upperLetter": _letters("A"),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "chineseCounting": _up_to_99(_DIGITS),
    "taiwaneseCounting": _up_to_99(_DIGITS),
    "chineseCountingThousand": _CHINESE,
    "taiwaneseCountingThousand": _CHINESE,
    "japaneseCounting": _japanese,
    "japaneseLegal": _thousands(_LEGAL_FULL, " 拾佰仟"),
    "chineseLegalSimplified": _thousands(_LEGAL_SIMPLE, " 拾佰仟"),
    "ideographLegalTraditional": _thousands(_LEGAL_FULL, " 拾佰仟"),
    "ideographDigital": _by_digit(_DIGITS),
    "taiwaneseDigital": _by_digit("○一二三四五六七八九"),
    "japaneseDigitalTenThousand": _by_digit(_DIGITS),
    "ideographTraditional": _cycle(_STEMS),
    "ideographZodiac": _cycle(_BRANCHES),
    "none": lambda _number: "",
    "bullet": lambda _number: "",
}
