#!/usr/bin/env bash
# office-oxide reads a chart's series without the points that are missing, so its figures move to
# other categories.
#
# One would guess: a month without a figure keeps its place, as an empty item, a dash or "None" (as
# python-pptx gives it), so that the third figure still belongs to the third month.
# What happens (office-oxide 0.1.15): the series is one line of figures parted by commas, in which a
# missing point leaves nothing. Of January to April with figures for January, March and April only,
# the second figure is March's and stands second, beside a line with all four months: read side by
# side it is February's, and April has none.
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check office-oxide==0.1.15 python-pptx==1.0.2
venv/bin/python - <<'PYTHON'
import office_oxide
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

MONTHS = ["January", "February", "March", "April"]
deck = Presentation()
slide = deck.slides.add_slide(deck.slide_layouts[6])
data = CategoryChartData()
data.categories = MONTHS
data.add_series("Returns", (11, None, 33, 44))
place = (Inches(1), Inches(1), Inches(6), Inches(4))
chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *place, data).chart
assert list(chart.plots[0].series[0].values) == [11, None, 33, 44]
deck.save("chart.pptx")

with office_oxide.Document.open("chart.pptx") as document:
    lines = [line.strip() for line in document.plain_text().splitlines() if line.strip()]
print("\n".join(lines))
[months] = [line for line in lines if "January" in line]
[figures] = [line for line in lines if line.startswith("Returns")]
assert all(month in months for month in MONTHS)
values = [part.strip() for part in figures.partition(":")[2].split(",")]
assert values == ["11", "33", "44"], values
print("office-oxide 0.1.15: four months, and three figures one behind the other")
PYTHON
