# shellcheck shell=bash
# Restarts, killed instances, stops. Part of Tests/Machine/run.

# Again and again, one after another as the page says, then all at once: the socket keeps what comes
# meanwhile.
restart_under_load() {
    local rounds=0
    start_load
    until sent 10000; do
        follow restart
        rounds=$((rounds + 1))
    done
    stop_load "$rounds rolling restarts" 0
    ((rounds >= 3)) || fail "there were only $rounds restarts"

    rounds=0
    start_load
    until sent 10000; do
        inside systemctl restart 'gatereeve@*.service'
        rounds=$((rounds + 1))
    done
    stop_load "$rounds restarts of all at once" 0
    ((rounds >= 3)) || fail "there were only $rounds restarts"
}

# Only what the killed instance had in its hands may fail: at most one request for each worker.
kill_under_load() {
    local before now workers=$((2 * $(nproc)))
    ((workers >= 8)) || workers=8
    before=$(main_process gatereeve@1.service)
    start_load
    inside kill -KILL "$before"
    is_back() {
        now=$(main_process gatereeve@1.service)
        [[ $now != 0 && $now != "$before" ]] && is_active gatereeve@1.service
    }
    wait_for 10 "the killed instance does not come back" is_back
    figure "a killed instance is back after" \
        "$(lifetime gatereeve@1.service ActiveExit ActiveEnter)" ms 1000
    stop_load "an instance killed" $workers 1000
}

# is_replaced UNIT PROCESS: whether the unit has another main process.
is_replaced() {
    local now
    now=$(main_process "$1")
    [[ $now != 0 && $now != "$2" ]]
}

# More crashes in a moment than systemd allows by itself: nothing is given up.
crash_again_and_again() {
    local began=$SECONDS number process unit=gatereeve@1.service
    for number in 1 2 3 4 5 6 7 8; do
        process=$(main_process $unit)
        inside kill -KILL "$process"
        wait_for 10 "after crash $number the instance does not come back" is_replaced $unit "$process"
    done
    ((SECONDS - began < 10)) || fail "8 crashes took $((SECONDS - began)) s: nothing was tried"
    expect_all_up
}

# One that hangs is replaced by the watchdog.
hang() {
    local process unit=gatereeve@1.service
    process=$(main_process $unit)
    inside kill -STOP "$process"
    wait_for 120 "an instance that hangs is not replaced" is_replaced $unit "$process"
    inside journalctl --quiet --unit $unit --since=-150s --grep 'Watchdog timeout' >/dev/null ||
        fail "an instance was replaced, and not by the watchdog"
    expect_all_up
}

# An instance must also leave after another one has been started anew: they share the socket.
stop_everything() {
    local began=$SECONDS
    follow stop
    ((SECONDS - began < 5)) || fail "stopping everything takes $((SECONDS - began)) s"
}

stop_and_start_idle() {
    local unit=gatereeve@2.service
    inside systemctl --quiet stop $unit 2>/dev/null
    figure "an idle instance leaves within" "$(lifetime $unit ActiveExit InactiveEnter)" ms 100
    inside systemctl start $unit
    figure "an instance is ready, its sandbox made, within" \
        "$(lifetime $unit InactiveExit ActiveEnter)" ms 300
}
