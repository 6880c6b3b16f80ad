"""Which figures hold for whom."""

from dataclasses import replace

import pytest

from courier.access.quotas import Figures, QuotaFigures, figures_of
from courier.access.standing import Standing
from courier.contracts.control import OwnQuotas


@pytest.mark.parametrize("standing", Standing)
def test_whose_figures_hold(standing: Standing) -> None:
    figures = QuotaFigures(per_user=1, per_chat=2, blessed=3, admin=4, window_s=5)
    own = {Standing.ADMIN: Figures(4, None, 5), Standing.BLESSED: Figures(3, None, 5)}

    assert figures_of(standing, figures) == own.get(standing, Figures(1, 2, 5))


def test_a_bots_own_figures_stand_over_the_stacks() -> None:
    stacks = QuotaFigures(per_user=50)

    assert stacks.under(None) == stacks
    assert stacks.under(OwnQuotas(admin=1, window_s=60)) == replace(stacks, admin=1, window_s=60)
    assert stacks.under(OwnQuotas(per_user=0)).per_user == 0
