"""What the attacks measured, as one table at the end of the run."""

figures: list[tuple[str, str, str]] = []


def note(subject: str, figure: object, bound: str) -> None:
    """Keeps a figure and the bound that it has to hold."""
    figures.append((subject, str(figure), bound))


def table() -> str:
    rows = [("attack", "measured", "bound"), *figures]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    return "".join(
        f"{subject:<{widths[0]}}  {figure:<{widths[1]}}  {bound}\n"
        for subject, figure, bound in rows)
