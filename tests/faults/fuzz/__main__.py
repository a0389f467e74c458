"""The command: what each reader made of its inputs, and which of them it did not stand; exits with 1 if any."""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.faults.fuzz.judge import Judge, Verdict
from tests.faults.fuzz.readers import READERS

SHOWN = 1500  # characters of what was wrong
WIDTH = 170  # letters of the table


def main() -> int:
    """Fuzz as the command line says."""
    options = _options()
    console = Console(width=WIDTH, highlight=False, markup=False)
    rows, violations = [], []
    with tempfile.TemporaryDirectory(prefix="fuzz_") as root, Judge(Path(root)) as judge:
        for name in options.reader or READERS:
            verdicts = []
            for verdict in _verdicts(judge, name, options):
                verdicts.append(verdict)
                if verdict.violates:
                    violations.append({"what": verdict.answer.kind, "title": verdict.title, "again": verdict.command})
                    console.print(*violations[-1].values(), verdict.answer.text[-SHOWN:], sep="\n", soft_wrap=True)
            rows.append(_row(name, verdicts))
    console.print(_table([*rows, _total(rows)]))
    if options.json:
        options.json.write_text(json.dumps({"seed": options.seed, "readers": rows, "violations": violations}, indent=2))
    return int(bool(violations))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000, help="over all chosen readers, by their weights")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--reader", action="append", choices=list(READERS), help="may be given again; all by default")
    parser.add_argument("--input", help="one input alone, KIND:NUMBER as a violation names it")
    parser.add_argument("--json", type=Path, help="file for the same figures")
    return parser.parse_args()


def _verdicts(judge: Judge, name: str, options: argparse.Namespace) -> Iterator[Verdict]:
    reader = READERS[name]
    if options.input:
        kind, _, number = options.input.partition(":")
        return iter([judge.verdict(reader, kind, options.seed, int(number))])
    weight = reader.weight / sum(READERS[other].weight for other in options.reader or READERS)
    return judge.try_out(reader, options.seed, max(1, round(options.inputs * weight)))


def _row(name: str, verdicts: list[Verdict]) -> dict[str, Any]:
    answers = [verdict.answer for verdict in verdicts]
    return {
        "reader": name,
        "inputs": len(answers),
        "accepted": sum(answer.kind == "accepted" for answer in answers),
        "rows read": sum(answer.rows for answer in answers),
        "bad rows": sum(answer.bad_rows for answer in answers),
        "refused": dict(Counter(answer.error for answer in answers if answer.kind == "refused").most_common()),
        "violations": sum(verdict.violates for verdict in verdicts),
        "slowest, s": round(max(answer.seconds for answer in answers), 2),
        "memory, MB": round(max(answer.memory for answer in answers) / 1e6),
    }


def _total(rows: list[dict[str, Any]]) -> dict[str, Any]:
    sums = {name: sum(row[name] for row in rows) for name in ("inputs", "accepted", "rows read", "bad rows")}
    refused = sum((Counter(row["refused"]) for row in rows), Counter())
    most = {name: max(row[name] for row in rows) for name in ("slowest, s", "memory, MB")}
    violations = sum(row["violations"] for row in rows)
    return {"reader": "all", **sums, "refused": dict(refused.most_common()), "violations": violations, **most}


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(*rows[0], box=None)
    for row in rows:
        refused = ", ".join(f"{count:,} {error}" for error, count in row["refused"].items())
        cells = {**row, "refused": refused}
        table.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in cells.values()))
    return table


if __name__ == "__main__":
    sys.exit(main())
