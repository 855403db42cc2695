"""Numbers as a sheet shows them."""

import pytest

from chatbot.knowledge.formats.numbers import format_text, format_value


@pytest.mark.parametrize(
    ("value", "code", "want"),
    [
        (0.15, "0%", "15%"),
        (1234.5, '"$"#,##0.00', "$1,234.50"),
        (4.9, "#,##0.00 [$€-407]", "4.90 €"),
        (-5.5, "#,##0.00_);(#,##0.00)", "(5.50)"),
        (123, "00000", "00123"),
        (12_500_000, '#,##0,,"M"', "13M"),
        (5, '0 "GB"', "5 GB"),
        (46096, "DD.MM.YYYY", "15.03.2026"),
        (46096.5, "yyyy-mm-dd hh:mm", "2026-03-15 12:00"),
        (0.5, "h:mm AM/PM", "12:00 PM"),
        (1.5, "[h]:mm", "36:00"),
        (0, '0;-0;"none"', "none"),
        (1.5, "# ?/?", "1 1/2"),
        (2.375, '"ca. "# ?/8" in"', "ca. 2 3/8 in"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (2.5, "General", "2.5"),
        (1e-7, "General", "1E-07"),
        (-0.25, "0%", "-25%"),
        (0, '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-', "- €"),
        (0, '[=1]"Yes";[=0]"No";0', "No"),
        (50, '[>100]"high";[<=100]"low"', "low"),
        (1500, '[>=1000]0.0," km";0" m"', "1.5 km"),
        (500, '[>=1000]0.0," km";0" m"', "500 m"),
        (55, ";;;", ""),
        (0, "#,##0;-#,##0;", ""),
        (1234567.5, "# ##0.00", "1 234 567.50"),
        (0.333, "# ?/?", "1/3"),
        (0.5, "0/8", "4/8"),
        (1.5, "?/?", "3/2"),
        (-0.0625, "[h]:mm", "-1:30"),
        (46096.5000434, "hh:mm:ss.00", "12:00:03.75"),
        (5, "0,000", "0,005"),
        (12345, "##0.0E+0", "12.3E+3"),
        (0.000012, "0.0E-0", "1.2E-5"),
        (999_999, "0.0E+00", "1.0E+06"),
        (46086, "[$-407]ddd, d. mmm", "Do, 5. Mrz"),
        (46086, "mmmmm", "M"),
        (46086, "[$-407]D. MMMM YYYY", "5. März 2026"),
        (46086, "[$-40C]dddd d mmmm", "jeudi 5 mars"),
    ],
)
def test_numbers_are_as_the_sheet_shows_them(value: float, code: str, want: str) -> None:
    assert format_value(value, code) == want


def test_texts_have_formats_too() -> None:
    assert format_text("7", '"Art. "@') == "Art. 7"
    assert format_text("secret", ";;;") == ""
    assert format_text("Plan", "#,##0.00") == "Plan"


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (1e29, "0", "1" + 29 * "0"),
        (1.0, "0." + 37 * "0", "1." + 37 * "0"),
        (float("inf"), "0.00%", "INF"),
        (float("nan"), "d/m/yy", "NAN"),
    ],
)
def test_numbers_that_are_larger_or_finer_than_usual_stop_nothing(
    value: float, code: str, shown: str
) -> None:
    assert format_value(value, code) == shown


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (45292, '[$-411]ggge"年"m"月"d"日"', "令和6年1月1日"),
        (43500, r"[$-411]ge\.m\.d", "H31.2.4"),
        (45292, '[$-404]e"年"m"月"', "113年1月"),
        (45292, 'e"年"', "2024年"),
        (3, "0 Geräte", "3 Geräte"),
        (3, "General", "3"),
    ],
)
def test_years_of_an_era(value: float, code: str, shown: str) -> None:
    assert format_value(value, code) == shown
