# shellcheck shell=bash
# 32 clients that send POSTs while something else happens. Part of Tests/Machine/run.

# prepare_load USER: who sends it. The limits of nginx and of the service would refuse it.
prepare_load() {
    load_user=$(inside gatereeve user show "$1" --json | sed -nE 's/^\{"id": ?([0-9]+),.*/\1/p')
    [[ -n $load_user ]] || fail "the user $1 has no number"
    inside sed -i 's/default on;/default off;/' /etc/nginx/gatereeve/gatereeve-site.conf
    inside systemctl reload nginx
    printf 'limits:\n  enabled: false\n' | inside tee -a /etc/gatereeve/gatereeve.yaml >/dev/null
    follow restart
}

start_load() {
    inside rm -f /root/stop
    logouts_before=$(ended_tokens)
    answers_before=$(requests_so_far)
    inside python3 /root/load.py auth.example.org \
        /etc/gatereeve/credentials/tokens.signing_secret "$load_user" 32 /root/stop \
        >"$machine_home/load.json" &
    load=$!
    wait_for 30 "the load does not get going" sent 200
}

requests_so_far() { inside wc -l /var/log/nginx/gatereeve.log | cut -d ' ' -f 1; }
ended_tokens() { inside mariadb -N gatereeve -e 'SELECT COUNT(*) FROM refresh_token_blacklist'; }

# sent COUNT: whether the present load has sent so many requests.
sent() { (($(requests_so_far) >= answers_before + $1)); }

load_result() { sed -E "s/.*\"$1\": ([0-9.]+).*/\1/" "$machine_home/load.json"; }

# stop_load WHAT MOST [GOAL]: at most so many requests may have failed, and what was answered has
# happened once. The goal is for the time of 99 % of the answers, in milliseconds.
stop_load() {
    local what=$1 most=$2 goal=${3:-250} ended logouts
    inside touch /root/stop
    wait "$load"
    say "          $(<"$machine_home/load.json")"
    count_figure "$what: failed of $(load_result requests) requests" "$(load_result failed)" "$most"
    figure "$what: 99 % answered within" "$(load_result p99)" ms "$goal"
    (($(load_result failed) <= most)) || fail "$(load_result failed) requests failed; at most $most may"
    ended=$(($(ended_tokens) - logouts_before))
    logouts=$(load_result logouts)
    ((ended >= logouts && ended <= logouts + most)) ||
        fail "$logouts logouts were answered, $ended tokens ended"
}

# No request id was answered twice, in all that was sent.
check_doubles() {
    local doubled answered
    inside journalctl --quiet --output cat --unit 'gatereeve@*' |
        grep -oE '"request_id":"[^"]+"' >"$machine_home/answered"
    answered=$(wc -l <"$machine_home/answered")
    ((answered >= 10000)) || fail "the journal has only $answered answers; nothing can be told"
    doubled=$(sort "$machine_home/answered" | uniq -d | wc -l)
    count_figure "answered twice, of all $answered answers in the journal" "$doubled" 0
    ((doubled == 0)) || fail "$doubled requests were answered twice"
}
