"""Two responders on one socket: one is killed, both are frozen."""

import time

import pytest
from parts import wait_for
from slack import SLACK


def answered(rig, instance) -> int:
    """How many requests an instance has answered, by its log."""
    return rig.product.log(instance.name).count('"message":"request"')


def busiest(rig, instances):
    """The instance that gets the requests at present: with little to do it is always the same."""
    before = [answered(rig, instance) for instance in instances]

    def growth():
        return [answered(rig, instance) - count for instance, count in zip(instances, before)]

    wait_for(lambda: max(growth()) > 20, "work for an instance")
    grown = growth()
    return instances[grown.index(max(grown))]


def kill_and_judge(rig, load, pair, figures, name, kills):
    *instances, listener = pair
    deaths = []
    with load:
        for _ in range(kills):
            instance = busiest(rig, instances)
            begun = time.monotonic()
            instance.end()
            killed = time.monotonic()
            deaths.append((begun, killed))
            # The other one alone.
            wait_for(lambda: load.all_kinds_succeed_since(killed), "success meanwhile")
            instance.start(stdin=listener)
    failed = [sample for sample in load.samples if not sample.is_good]
    in_flight = [
        sample for sample in load.samples
        if any(sample.begun <= killed and sample.ended >= begun for begun, killed in deaths)
    ]
    lost = load.lost_writes()
    figures.add(
        name, requests=len(load.samples), refused=len(failed), wrong=len(load.wrong), lost=lost,
        **{"slowest s": load.slowest}, further=f"{len(in_flight)} were in flight")
    assert load.wrong == [] and lost == 0
    # Those of the dead one and no others: whoever came later was answered by the other one.
    assert [sample for sample in failed if sample not in in_flight] == []


def test_the_death_of_one_instance_fails_the_requests_that_it_had(rig, load, pair, figures):
    kill_and_judge(rig, load, pair, figures, "one of two responders killed", 1)


@pytest.mark.slow
def test_the_death_of_one_instance_again_and_again(rig, load, pair, figures):
    kill_and_judge(rig, load, pair, figures, "one of two responders killed ten times", 10)


def test_frozen_instances_lose_nothing(load, pair, figures):
    first, second, _ = pair
    with load:
        begun = time.monotonic()
        wait_for(lambda: load.all_kinds_succeed_since(begun), "a healthy start")
        for instance in (first, second):
            instance.freeze()
        # How long the fault lasts.
        time.sleep(2)
        for instance in (first, second):
            instance.thaw()
        thawed = time.monotonic()
        wait_for(lambda: load.all_kinds_succeed_since(thawed), "recovery")
    lost = load.lost_writes()
    figures.add(
        "both responders frozen 2 s", requests=len(load.samples), refused=load.refused,
        wrong=len(load.wrong), lost=lost, **{"slowest s": load.slowest})
    assert load.wrong == [] and lost == 0
    assert [sample for sample in load.samples if sample.is_refused] == []
    assert load.slowest < 2 + 1.0 * SLACK
