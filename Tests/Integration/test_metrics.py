"""What the server measures of itself, as `redoubt metrics` prints it for Prometheus."""

from harness.metrics import metrics, total
from harness.waiting import wait_until


def test_a_cold_start_is_counted_with_its_phases(server, deploy, invoke):
    name = "redoubt_environment_start_seconds"
    before = metrics(server)
    assert invoke(deploy("def handler(event, context):\n    return 'here'\n"), {}).json == "here"
    after = metrics(server)
    for phase in ("verify", "sandbox", "init", "total"):
        labels = (f'phase="{phase}"', 'runtime="python3')
        assert total(after, name + "_count", *labels) == total(before, name + "_count", *labels) + 1
        assert total(after, name + "_sum", *labels) > total(before, name + "_sum", *labels)
    parts = [total(after, name + "_sum", f'phase="{phase}"') for phase in ("verify", "sandbox", "init")]
    assert abs(sum(parts) - total(after, name + "_sum", 'phase="total"')) < 1e-3
    assert total(after, "redoubt_invocations_admitted_total") > total(before, "redoubt_invocations_admitted_total")
    assert total(after, "redoubt_environments") >= 1


def test_starts_come_from_the_stock(server, deploy, invoke):
    """Where it has been filled by then, which takes a moment after the start of a server."""
    deploy("def handler(event, context):\n    return 1\n")
    wait_until(lambda: total(metrics(server), "redoubt_stock_target", 'kind="forked"') > 0, what="a stock is to be kept")

    def starts_parked():
        before = total(metrics(server), "redoubt_environment_starts_total", 'way="parked"')
        invoke(deploy("def handler(event, context):\n    return 2\n"), {})
        return total(metrics(server), "redoubt_environment_starts_total", 'way="parked"') == before + 1

    wait_until(starts_parked, what="an environment comes from the stock")
