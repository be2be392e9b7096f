"""Numbers as MODEL.md prints them: agreement to the last printed digit."""


def agrees_to_print(value: float, printed: str) -> bool:
    """Whether `value` rounds to the printed number (half a unit of its last digit)."""
    decimals = len(printed.partition(".")[2])
    return abs(value - float(printed)) <= 0.5 * 10.0**-decimals + 1e-12


def check(values: dict[str, float]) -> None:
    wrong = {text: value for text, value in values.items() if not agrees_to_print(value, text)}
    assert not wrong, wrong
