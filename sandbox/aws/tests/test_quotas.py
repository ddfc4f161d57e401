"""Quotas that can be raised."""

from collections.abc import Iterator

import pytest

from sanders_aws import quotas
from sanders_aws.quotas import BadQuota, quota, set_quotas


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    before = dict(quotas._quotas)
    yield
    quotas._quotas.update(before)


def test_raised() -> None:
    set_quotas("ec2.vpcs=20, ec2.addresses=9")
    assert (quota("ec2.vpcs"), quota("ec2.addresses"), quota("ec2.nat-gateways")) == (20, 9, 5)


@pytest.mark.parametrize("text", ["", "vpcs=9", "ec2.vpcs", "ec2.vpcs=many", "ec2.vpcs=-1", "ec2.vpcs=9,x=1"])
def test_bad_quotas_change_nothing(text: str) -> None:
    with pytest.raises(BadQuota):
        set_quotas(text)
    assert quota("ec2.vpcs") == 5
