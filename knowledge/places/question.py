"""Finds the words of a longer question that name a place; precision comes before recall."""

from __future__ import annotations

from knowledge.places.names import Level, word_set
from knowledge.places.reading import Mention, Text

#: Words after which a name of several words is a place.
_AT = word_set("ở o tại tai quê que")
#: Words after which only a province or old district is believed.
_TOWARDS = word_set("về ve từ tu trên tren dưới duoi dưói gần gan bên ben xuống xuong lên len")
#: Words that may stand between a commune and its district or province.
_BETWEEN = word_set("thuộc thuoc của cua cũ cu ở o tại tai nay là la")
#: Provinces and districts whose names are ordinary words (or a person's): they need a marker or "ở".
ORDINARY = word_set("hoabinh thaibinh longan hanam namdinh anlao hochiminh gialai")
#: Communes whose names are ordinary words: they need their district or province beside them.
COMMON = word_set(
    "dinhcu trungtam congan vanphong giadinh vanban biengioi haidao lienhiep chidao dongthoi lienquan "
    "noithanh tructiep"
)
_SENTENCE = word_set(
    "thì thi làm lam nộp nop ở o có co cần can bao mất mat giờ gio nay đi di muốn muon cũ cu thuộc "
    "thuoc huyện huyen tỉnh tinh thành thanh quận quan thị"
)
#: Words before a marker that make it part of another word: cấp xã, hợp tác xã, địa phương.
_NOT_BEFORE_MARKER = word_set("cấp cap tác tac địa dia đối doi")
#: Words that make another word of a marker typed without accents: phương án, xa nhà, quan hệ.
_NOT_AFTER_PLAIN = {
    "phuong": word_set("an tien phap thuc dien lien huong cham dong trinh"),
    "xa": word_set("hoi bien nha gan chi dong que luon qua lam"),
    "quan": word_set("he ly ao tam trong nhan su doi diem sat"),
    "tinh": word_set("hinh trang tien toan thue chat nang"),
}


#: Comparing with every name takes a millisecond: only so many markers of a question are tried.
_MOST_MARKERS = 4


def find_mentions(written: Text) -> list[Mention]:
    """Return the mentions that belong to the first place of a question."""
    exact = [m for m in written.mentions if _accents_fit(written, m)]
    seeds = [m for m in exact if _is_seed(written, m)]
    if not seeds:
        seeds = _misspelt(written)
        exact = exact + seeds
    if not seeds:
        return []
    first = min(seeds, key=lambda m: (m.first, -m.end))
    longer = _longer_misspelt(written, first)
    if longer:
        exact = [m for m in exact if m.marker is not first.marker] + longer
        first = longer[0]
    begin = _leftmost(written, exact, first)
    end = _rightmost(written, exact, first)
    return [m for m in exact if begin <= m.first and m.end <= end]


def _misspelt(written: Text) -> list[Mention]:
    """Return names with one error after a marker that can be nothing else."""
    for marker in written.markers[:_MOST_MARKERS]:
        token = written.tokens[marker.start]
        before = written.tokens[marker.start - 1].text if marker.start else ""
        certain = before in _AT or (not token.plain and before not in _NOT_BEFORE_MARKER)
        follows = written.tokens[marker.end].text not in _SENTENCE
        if certain and follows and marker.end in written.after:
            found = [m for m in written.near_after(marker) if _marks(written, m)]
            if found:
                return found
    return []


def _longer_misspelt(written: Text, first: Mention) -> list[Mention]:
    """Return longer names with one error: "xã Hiệp Mỹ Đôg" is not xã Hiệp Mỹ."""
    if first.marker is None or first.end - first.start < 2 or _ends(written, first.end):
        return []
    return [m for m in written.near_after(first.marker) if m.end > first.end]


def _accents_fit(written: Text, mention: Mention) -> bool:
    """Whether some entity of this name has every accent that was typed."""
    typed = written.tokens[mention.start : mention.end]
    for entity in written.names.by_key[mention.key]:
        if not mention.allows(entity.level) or len(entity.words) != len(typed):
            continue
        if all(t.plain or t.text == word for t, word in zip(typed, entity.words, strict=True)):
            return True
    return False


def _is_seed(written: Text, mention: Mention) -> bool:
    if any(m.start == mention.start and m.end > mention.end for m in written.mentions):
        return False  # "Điện Biên" of "Điện Biên Phủ"
    if mention.marker:
        return _marks(written, mention)
    return mention.end - mention.start > 1 and _stands_out(written, mention)


def _marks(written: Text, mention: Mention) -> bool:
    """Whether the marker is one, and not a part of another word."""
    assert mention.marker
    name = written.tokens[mention.start : mention.end]
    if len(name) == 1 and not name[0].key.isdigit():
        return not name[0].plain and _ends(written, mention.end)
    marker = written.tokens[mention.first]
    before = written.tokens[mention.first - 1] if mention.first else None
    if before and marker.follows and before.text in _NOT_BEFORE_MARKER:
        return False
    if mention.key in COMMON:
        return False
    located = before is not None and before.text in _AT
    return located or name[0].text not in _NOT_AFTER_PLAIN.get(marker.text, ())


def _ends(written: Text, at: int) -> bool:
    """Whether a name may end before the word at `at`: the sentence goes on or is over."""
    tokens = written.tokens
    return at >= len(tokens) or tokens[at].breaks or tokens[at].text in _SENTENCE


def _stands_out(written: Text, mention: Mention) -> bool:
    """Whether a name without a marker is a place all the same."""
    tokens = written.tokens[mention.start : mention.end]
    plain = all(token.plain for token in tokens)
    entities = written.names.by_key[mention.key]
    levels = {entity.level for entity in entities}
    wide = bool(levels & {Level.PROVINCE, Level.DISTRICT})
    before = written.tokens[mention.first - 1].text if mention.first else ""
    if (before, mention.key) in {("thai", "binhduong"), ("thái", "binhduong")}:
        return False
    if before in _AT:
        today = any(not entity.old for entity in entities)
        return mention.key not in COMMON and (not plain or wide or today)
    if mention.key in ORDINARY:
        return False
    if before in _TOWARDS and wide:
        return True
    return Level.PROVINCE in levels or (len(tokens) > 2 and not plain)


def _rightmost(written: Text, exact: list[Mention], first: Mention) -> int:
    """Return where the place that begins with `first` ends: its district and province follow."""
    end = first.end
    while True:
        gap = end
        while gap < len(written.tokens) and written.tokens[gap].text in _BETWEEN:
            gap += 1
        following = [m.end for m in exact if m.first in (end, gap) and _is_wider(written, m)]
        if not following:
            return end
        end = max(following)


def _leftmost(written: Text, exact: list[Mention], first: Mention) -> int:
    """Return where the place begins: "Cầu Ngang Trà Vinh" may have led with the smaller unit."""
    begin = first.first
    before = [
        m.first
        for m in exact
        if m.end == begin and m.end - m.start > 1 and _lies_in(written, m, first)
    ]
    return min(before, default=begin)


def _is_wider(written: Text, mention: Mention) -> bool:
    """Whether the mention can be a district or province."""
    return any(
        entity.level is not Level.COMMUNE and mention.allows(entity.level)
        for entity in written.names.by_key[mention.key]
    )


def _lies_in(written: Text, mention: Mention, wider: Mention) -> bool:
    return any(
        wider.key in entity.provinces or wider.key in entity.districts
        for entity in written.names.by_key[mention.key]
    )
