"""Exact sums: parts come together to what they were taken from, and sums of parts to the sum."""

from decimal import Context, Decimal

from hypothesis import given
from hypothesis import strategies as st

from tagward_service.store.summing import parts_of, put_together

EXACT = Context(prec=100)
AMOUNTS = st.decimals(-(10**20) + 1, 10**20 - 1, places=18, allow_nan=False, allow_infinity=False)


@given(st.lists(AMOUNTS, max_size=20))
def test_sums_of_parts_come_to_the_sum(amounts: list[Decimal]) -> None:
    whole = Decimal(0)
    sums = [0, 0, 0, 0]
    for amount in amounts:
        whole = EXACT.add(whole, amount)
        parts = parts_of(f"{amount:f}")
        assert all(abs(part) < 10**12 for part in parts)
        sums = [known + part for known, part in zip(sums, parts, strict=True)]
    assert EXACT.compare(Decimal(put_together(sums)), whole) == 0


def test_an_amount_is_written_with_its_decimals() -> None:
    assert Decimal(put_together(parts_of("-0.000000000000000001"))) == Decimal("-1E-18")
    assert Decimal(put_together(parts_of("12.5"))) == Decimal("12.5")
