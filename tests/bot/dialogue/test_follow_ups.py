"""Every follow-up button asks something that is understood as a question about the same topic."""

from __future__ import annotations

import pytest

from bot import messages as say
from bot.dialogue.procedures import FOLLOW_UPS, _is_follow_up
from knowledge.content import Facet
from knowledge.matching import recognise_facet


@pytest.mark.parametrize("facet", FOLLOW_UPS)
def test_what_a_button_sends_asks_its_facet_and_names_nothing_else(facet: Facet) -> None:
    sent = say.FACET_QUESTIONS[facet]

    assert recognise_facet(sent) is facet
    assert _is_follow_up(sent)
