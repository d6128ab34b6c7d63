"""The picture of the results, as SVG that is readable on white and on black pages."""

from statistics import median
from xml.sax.saxutils import escape

from .goals import CHEAP, cpu, login_rate, operation_ratios

WIDTH = 960
LABEL = 200
BAR, GAP = 18, 8
# Of the Okabe-Ito palette, which colour-blind people can tell apart.
COLOURS = {"gatereeve": "#0072b2", "floor": "#7f7f7f", "django": "#d55e00",
           "fastapi_users": "#cc79a7"}

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 17px; font-weight: 600 }
  .note, .axis { fill: #59636e; font-size: 12px }
  .page { fill: #ffffff }
  .line { stroke: #d1d9e0; stroke-width: 1 }
  .goal { stroke: #1a7f37; stroke-width: 1.5; stroke-dasharray: 5 4 }
  .goal-text { fill: #1a7f37; font-size: 12px }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .note, .axis { fill: #9198a1 }
    .page { fill: #0d1117 }
    .line { stroke: #3d444d }
    .goal { stroke: #3fb950 }
    .goal-text { fill: #3fb950 }
  }
"""


class Drawing:
    """Elements from top to bottom."""

    def __init__(self) -> None:
        self.y = 0.0
        self._elements: list[str] = []

    def text(self, x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> None:
        self._elements.append(f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" '
                              f'text-anchor="{anchor}">{escape(text)}</text>')

    def rectangle(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self._elements.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" '
                              f'height="{height}" rx="2" fill="{colour}"/>')

    def line(self, x: float, top: float, bottom: float, kind: str) -> None:
        self._elements.append(f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" '
                              f'y2="{bottom:.1f}"/>')

    def heading(self, title: str, note: str) -> None:
        self.y += 44
        self.text(24, self.y, title, "title")
        self.y += 20
        self.text(24, self.y, note, "note")
        self.y += 16

    def bars(self, rows: list[tuple[str, str, float, str]], most: float,
             goal: tuple[float, str] | None = None) -> None:
        """Rows of label, system, length and what is written behind the bar."""
        room = WIDTH - LABEL - 270
        top = self.y
        for label, system, value, text in rows:
            width = min(value, most) / most * room
            self.text(LABEL - 10, self.y + 13, label, anchor="end")
            self.rectangle(LABEL, self.y, width, BAR, COLOURS[system])
            self.text(LABEL + max(width, 1) + 8, self.y + 13, text)
            self.y += BAR + GAP
        self.line(LABEL, top - 4, self.y - 2, "line")
        if goal:
            x = LABEL + goal[0] / most * room
            self.line(x, top - 4, self.y + 2, "goal")
            self.text(x, self.y + 14, goal[1], "goal-text", "middle")
            self.y += 18

    def render(self) -> str:
        height = self.y + 24
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
                f'viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
                f'aria-label="Gatereeve beside a C floor and its peers">\n'
                f"<style>{STYLE}</style>\n"
                f'<rect class="page" width="100%" height="100%"/>\n'
                + "\n".join(self._elements) + "\n</svg>\n")


def draw(results: dict) -> str:
    """The whole picture."""
    drawing = Drawing()
    _throughput(drawing, results["systems"])
    _processor_time(drawing, results)
    _flood(drawing, results["systems"])
    return drawing.render()


def _operation(system: dict, operation: str, figure) -> float:
    return median(figure(one) for one in system["operations"][operation])


def _throughput(drawing: Drawing, systems: dict) -> None:
    measured = {name: system for name, system in systems.items() if "operations" in system}
    if not measured:
        return
    for operation, title in (("refresh", "Refreshes a second"), ("login", "Logins a second")):
        drawing.heading(
            title,
            "32 clients, closed loop; longer is better" + (
                "; Argon2id with 19 MiB and two passes for all" if operation == "login" else ""))
        values = {name: _operation(system, operation,
                                   lambda one: one["streams"][operation]["per_second"])
                  for name, system in measured.items()}
        p99 = {name: _operation(system, operation, lambda one: one["streams"][operation]["p99"])
               for name, system in measured.items()}
        drawing.bars([(measured[name]["title"], name, value,
                       f"{value:,.0f}/s, 99 % within {p99[name]:,.0f} ms")
                      for name, value in values.items()], max(1, *values.values()))


def _processor_time(drawing: Drawing, results: dict) -> None:
    systems = results["systems"]
    if not all("operations" in systems.get(name, {}) for name in ("gatereeve", "floor")):
        return
    drawing.heading("Processor time of the responder, as a multiple of the C floor's",
                    "for one request; shorter is better")
    rows = []
    for operation in CHEAP:
        product = _operation(systems["gatereeve"], operation, lambda one: one["cpu_us"])
        floor = _operation(systems["floor"], operation, lambda one: one["cpu_us"])
        # As the goals are judged: the median of the rounds' ratios.
        ratio = median(operation_ratios(results, operation, "gatereeve", "floor", cpu) or [0])
        rows.append((operation, "gatereeve", ratio,
                     f"{ratio:.2f} × ({product:.0f} µs, floor {floor:.0f} µs)"))
    drawing.bars(rows, max(1.5, *(row[2] for row in rows)), (1.25, "goal 1.25 ×"))


def _flood(drawing: Drawing, systems: dict) -> None:
    measured = {name: system for name, system in systems.items() if system.get("flood")}
    if not measured:
        return
    drawing.heading("While 64 clients flood login: what is left of refreshing",
                    "4 clients refresh; share of the rate that they have when alone")
    rows = []
    for name, system in measured.items():
        def of(part: str, key: str, system=system) -> float:
            return median(one[part]["streams"]["refresh"][key] for one in system["flood"])

        share = of("flood", "per_second") / max(of("quiet", "per_second"), 0.01) * 100
        logins = median(login_rate(one["flood"]) for one in system["flood"])
        rows.append((system["title"], name, share,
                     f"{share:.0f} %, 99 % within {of('flood', 'p99'):,.0f} ms; "
                     f"{logins:.0f} logins/s"))
    drawing.bars(rows, max(100, *(row[2] for row in rows)), (60, "goal 60 %"))
