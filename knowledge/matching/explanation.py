"""How a finding came about, so that an editor can fix a miss (`motcua ask --why`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.matching.analysis import Reading
from knowledge.matching.entries import Finding, Hit


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a finding came about, for editors."""

    finding: Finding
    reading: Reading
    details: tuple[tuple[Hit, Mapping[str, float]], ...]

    def __str__(self) -> str:
        """Return the whole story in a few lines."""
        finding = self.finding
        lines = [
            f"Câu hỏi: {finding.question}",
            "Hiểu là: "
            + " ".join(
                t.text + (f"({t.origin})" if t.origin != "typed" else "")
                for t in self.reading.tokens
            ),
            "Từ chính: " + ", ".join(self.reading.unigrams()),
        ]
        lines += [
            f"Từ điển: {' '.join(m.line.spoken)} → {' '.join(m.line.official)}"
            for m in self.reading.matches
        ]
        lines.append(f"Khía cạnh: {finding.facet or '-'} · quyết định: {finding.action}")
        for hit, features in self.details:
            spoken = ", ".join(f"{name} {value:+.2f}" for name, value in features.items())
            lines.append(f"{hit.p:.2f} {hit.code} {hit.title}\n     {hit.score:+.2f} = {spoken}")
        return "\n".join(lines)
