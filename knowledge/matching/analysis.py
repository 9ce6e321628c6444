"""Turns words into weighted terms, the same way for a question, a phrase and a title."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from knowledge.content import Facet
from knowledge.matching.facets import Trigger, facet_of, triggers
from knowledge.matching.lexicon import Lexicon, Match, canonical, canonical_words
from knowledge.matching.spelling import Language, Token, clean
from knowledge.text import fold

#: Weight of a word that the lexicon has translated, of a small word and of a facet's words.
TRANSLATED = 0.5
SMALL = 0.0

_TITLE_ABBREVIATIONS = {
    "bhxh": "bảo hiểm xã hội",
    "bhyt": "bảo hiểm y tế",
    "bhtn": "bảo hiểm thất nghiệp",
    "tnlđ": "tai nạn lao động",
    "bnn": "bệnh nghề nghiệp",
    "tncn": "thu nhập cá nhân",
    "tndn": "thu nhập doanh nghiệp",
    "gtgt": "giá trị gia tăng",
    "tnhh": "trách nhiệm hữu hạn",
    "ubnd": "ủy ban nhân dân",
    "hđnd": "hội đồng nhân dân",
    "gcn": "giấy chứng nhận",
    "qsdđ": "quyền sử dụng đất",
    "gplx": "giấy phép lái xe",
    "attp": "an toàn thực phẩm",
    "antt": "an ninh trật tự",
    "pccc": "phòng cháy chữa cháy",
    "cccd": "căn cước công dân",
    "cmnd": "chứng minh nhân dân",
    "dsphsk": "dưỡng sức phục hồi sức khỏe",
    "nlđ": "người lao động",
    "htx": "hợp tác xã",
    "bvtv": "bảo vệ thực vật",
    "tthc": "thủ tục hành chính",
}
_LEADING = re.compile(r"^\s*(thủ tục hành chính|thủ tục)\s+", re.IGNORECASE)
_HEAD_END = re.compile(
    r"\(|;|,? (?:đối với|trong trường hợp|theo quy định|khi|trừ trường hợp|thuộc thẩm quyền) |\. ",
    re.IGNORECASE,
)
#: Words that carry the question but not its subject.
_SMALL = """
tôi tui mình em anh chị ạ ơi à ừ nhé nha nhỉ vậy hả hở dạ vâng thưa xin muốn cần phải thì là mà
và với của được có không thế nào gì sao đâu bao nhiêu lâu khi nếu ở tại để từ rồi đã đang sẽ cũng
vẫn còn nữa này kia đó đấy ấy hay hoặc những các cái chiếc việc như làm thủ tục giúp hỏi biết mọi
người ai bạn cháu bác cô chú ad admin giờ nay hôm lúc vừa luôn cả ta nên do vì bên chỗ nơi đi đến
tới xong giấy tờ hồ sơ chi mấy răng mô rứa đây tụi bọn chúng nó họ theo trên dưới
"""
SMALL_WORDS = frozenset(_SMALL.split())
_SMALL_FOLDED = frozenset(fold(word) for word in SMALL_WORDS)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as understood: its words with weights, and what the lexicon adds."""

    tokens: tuple[Token, ...]
    weights: tuple[float, ...]
    matches: tuple[Match, ...]
    facet: Facet | None = None
    accented: bool = False

    @property
    def words(self) -> list[str]:
        """The folded words."""
        return [token.folded for token in self.tokens]

    def unigrams(self) -> dict[str, float]:
        """Return the folded words that say what is meant, with weights."""
        terms: dict[str, float] = {}
        for token, weight in zip(self.tokens, self.weights, strict=True):
            if weight > 0:
                terms[token.folded] = max(terms.get(token.folded, 0.0), weight)
        return terms

    def pairs(self) -> dict[str, float]:
        """Return the neighbouring folded words, at least one of them telling."""
        terms: dict[str, float] = {}
        for i in range(len(self.tokens) - 1):
            weight = (self.weights[i] * self.weights[i + 1]) ** 0.5
            if weight > 0:
                key = f"{self.tokens[i].folded} {self.tokens[i + 1].folded}"
                terms[key] = max(terms.get(key, 0.0), weight)
        return terms

    def accents(self) -> dict[str, float]:
        """Return the words whose accents are to be trusted."""
        terms: dict[str, float] = {}
        for token, weight in zip(self.tokens, self.weights, strict=True):
            if weight > 0 and (self.accented or token.text != token.folded):
                terms["~" + token.text] = max(terms.get(token.text, 0.0), weight)
        return terms

    def official(self) -> tuple[dict[str, float], dict[str, float]]:
        """Return the words and the pairs of words that the lexicon adds."""
        singles: dict[str, float] = {}
        pairs: dict[str, float] = {}
        for match in self.matches:
            bare = [fold(word) for word in match.line.official]
            singles.update((word, 1.0) for word in bare)
            pairs.update((f"{a} {b}", 1.0) for a, b in itertools.pairwise(bare))
        return singles, pairs


@dataclass(slots=True)
class Analyser:
    """What reading a text needs to know; made with the index and never changed after."""

    lexicon: Lexicon
    language: Language = field(default_factory=Language)
    collocations: set[str] = field(default_factory=set)
    """Pairs of folded words that occur in titles."""
    title_words: set[str] = field(default_factory=set)
    """Accented words that occur in titles."""

    def read(self, question: str) -> Reading:
        """Read a citizen's question."""
        return self.read_tokens(clean(question, self.language))

    def read_tokens(self, tokens: Sequence[Token]) -> Reading:
        """Read the cleaned words of a question, or of a part of one."""
        texts = [token.text for token in tokens]
        folded = [token.folded for token in tokens]
        matches = self.lexicon.matches(texts, folded)
        found = triggers(texts)
        weights = self._weights(tokens, found, matches)
        plain = sum(text == bare for text, bare in zip(texts, folded, strict=True))
        accented = plain <= 0.6 * len(tokens)
        return Reading(tuple(tokens), tuple(weights), tuple(matches), facet_of(texts), accented)

    def _weights(
        self, tokens: Sequence[Token], found: Iterable[Trigger], matches: Iterable[Match]
    ) -> list[float]:
        weights = [SMALL if self._small(token) else 1.0 for token in tokens]
        for trigger in found:
            weights[trigger.start : trigger.end] = [SMALL] * (trigger.end - trigger.start)
        for i in range(len(tokens) - 1):
            if weights[i] != weights[i + 1] and self._collocated(tokens[i], tokens[i + 1]):
                weights[i] = weights[i + 1] = 1.0
        for match in matches:
            for i in range(match.start, match.end):
                weights[i] = TRANSLATED
        return weights

    @staticmethod
    def _small(token: Token) -> bool:
        if token.text in SMALL_WORDS:
            return True
        return token.text == token.folded and token.folded in _SMALL_FOLDED

    def _collocated(self, first: Token, second: Token) -> bool:
        return f"{first.folded} {second.folded}" in self.collocations and all(
            token.text == token.folded or token.text in self.title_words
            for token in (first, second)
        )


@lru_cache(maxsize=8192)
def title_words(title: str) -> tuple[str, ...]:
    """Return the words of an official title, its abbreviations written out."""
    out: list[str] = []
    for word in canonical_words(_LEADING.sub("", title)):
        long = _TITLE_ABBREVIATIONS.get(word)
        out.extend(map(canonical, long.split()) if long else [word])
    return tuple(out)


def head(title: str) -> str:
    """Return the part of a title that names the act, without for whom and when."""
    bare = _LEADING.sub("", title)
    cut = _HEAD_END.search(bare, 8)
    return bare[: cut.start()] if cut else bare
