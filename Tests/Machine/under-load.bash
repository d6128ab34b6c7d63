# shellcheck shell=bash
# Restart, upgrade, roll back and kill while 32 clients send POSTs. Part of Tests/Machine/run.

# The limits of nginx and of the service would refuse what the load sends.
lift_limits() {
    inside sed -i 's/default on;/default off;/' /etc/nginx/gatereeve/gatereeve-site.conf
    inside systemctl reload nginx
    printf 'limits:\n  enabled: false\n' | inside tee -a /etc/gatereeve/gatereeve.yaml >/dev/null
    follow restart
}

start_load() {
    inside rm -f /root/stop
    inside python3 /root/load.py auth.example.org "$1" 32 /root/stop >"$machine_home/load.json" &
    load=$!
    sleep 2 # Let it get going: a load, not a wait for a condition.
}

# stop_load MOST: at most so many requests may have failed.
stop_load() {
    inside touch /root/stop
    wait "$load"
    say "          $(<"$machine_home/load.json")"
    local failed
    failed=$(sed -E 's/.*"failed": ([0-9]+).*/\1/' "$machine_home/load.json")
    ((failed <= $1)) || fail "$failed requests failed; at most $1 may"
}

# No request id was answered twice.
check_doubles() {
    local doubled answered
    inside journalctl --quiet --output cat --unit 'gatereeve@*' |
        grep -oE '"request_id":"[^"]+"' >"$machine_home/answered"
    answered=$(wc -l <"$machine_home/answered")
    say "          $answered answers in the journal"
    ((answered >= 10000)) || fail "the journal has only $answered answers; nothing can be told"
    doubled=$(sort "$machine_home/answered" | uniq -d | wc -l)
    ((doubled == 0)) || fail "$doubled requests were answered twice"
}

requests_so_far() { inside wc -l /var/log/nginx/gatereeve.log | cut -d ' ' -f 1; }

restart_under_load() {
    local enough restarts=0
    enough=$(($(requests_so_far) + 10000))
    start_load "$1"
    while (($(requests_so_far) < enough)); do
        follow restart
        # All at once, too: the socket keeps what comes meanwhile.
        inside systemctl restart 'gatereeve@*.service'
        restarts=$((restarts + 4))
    done
    stop_load 0
    say "          $restarts restarts of an instance"
}

installed_version() { inside dpkg-query --show gatereeve | cut -f 2; }

upgrade_under_load() {
    local before after socket
    before=$(main_process gatereeve@1.service)
    socket=$(inside stat -c %i /run/gatereeve/gatereeve.sock)
    inside bash -c 'rm /root/*.deb'
    put "$newer"
    start_load "$1"
    follow upgrade
    stop_load 0
    after=$(main_process gatereeve@1.service)
    [[ $before != "$after" ]] || fail "the upgrade did not restart gatereeve@1.service"
    [[ $socket == "$(inside stat -c %i /run/gatereeve/gatereeve.sock)" ]] ||
        fail "the upgrade made a new socket"
    [[ $(installed_version) == *+next ]] || fail "it is not the new version"

    inside bash -c 'rm /root/*.deb'
    put "$package"
    start_load "$1"
    inside bash -c 'apt-get install -y --allow-downgrades ./gatereeve_*.deb' \
        >"$machine_home/roll-back.log" 2>&1
    stop_load 0
    [[ $(installed_version) != *+next ]] || fail "it is not rolled back"
}

# Only what the killed instance had in its hands may fail: at most one request for each worker.
kill_under_load() {
    local before now began workers=8
    before=$(main_process gatereeve@1.service)
    start_load "$1"
    began=$(date +%s%3N)
    inside kill -KILL "$before"
    is_back() {
        now=$(main_process gatereeve@1.service)
        [[ $now != 0 && $now != "$before" ]] && is_active gatereeve@1.service
    }
    wait_for 10 "the killed instance does not come back" is_back
    local took=$(($(date +%s%3N) - began))
    stop_load $workers
    say "          the killed instance was back after $took ms"
    ((took < 1000)) || fail "the killed instance was away for $took ms"
}

# An instance must also leave after another one has been started anew: they share the socket.
stop_everything() {
    local began=$SECONDS
    follow stop
    ((SECONDS - began < 5)) || fail "stopping everything takes $((SECONDS - began)) s"
}

idle_stop() {
    local began took
    began=$(date +%s%3N)
    inside systemctl --quiet stop gatereeve@2.service 2>/dev/null
    took=$(($(date +%s%3N) - began))
    say "          an idle instance was stopped in $took ms, systemctl included"
    ((took < 1000)) || fail "stopping an idle instance takes $took ms"
    inside systemctl start gatereeve@2.service
}
