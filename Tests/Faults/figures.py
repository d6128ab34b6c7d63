"""The figures that the tests measure, printed as one table at the end."""

from dataclasses import dataclass, field


@dataclass
class Figures:
    rows: list[dict] = field(default_factory=list)

    def add(self, fault: str, **values) -> None:
        self.rows.append({"fault": fault, **values})

    def table(self) -> list[str]:
        columns = ["fault", "requests", "refused", "wrong", "lost", "doubles", "slowest s",
                   "recovery s", "further"]
        texts = [columns] + [[shown(row.get(column)) for column in columns] for row in self.rows]
        widths = [max(len(text[number]) for text in texts) for number in range(len(columns))]
        lines = []
        for text in texts:
            cells = [text[0].ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(text[1:-1], widths[1:-1])]
            lines.append("  ".join([*cells, text[-1]]).rstrip())
        return lines


def shown(value) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
