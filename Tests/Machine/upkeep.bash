# shellcheck shell=bash
# Backup, rotation of the secret, another installation, removal. Part of Tests/Machine/run.

back_up_and_restore() {
    follow backup
    inside mariadb gatereeve -e "DELETE FROM users"
    follow restore
    expect_all_up
    [[ $(inside mariadb -N gatereeve -e "SELECT COUNT(*) FROM users WHERE username = 'ada'") == 1 ]] ||
        fail "the restored database lacks a user"
}

# It neither makes an instance spin nor takes the socket, and is over when it is mended.
survive_a_fault_of_the_settings() {
    local settings=/etc/gatereeve/gatereeve.yaml restarts
    inside cp -p "$settings" /root/good.yaml
    printf 'tokens:\n  algorithm: none\n' | inside tee -a "$settings" >/dev/null
    inside systemctl restart --no-block gatereeve@1.service
    sleep 12 # So long there must not be many tries.
    restarts=$(inside systemctl show --property NRestarts --value gatereeve@1.service)
    say "          $restarts restarts within 12 s"
    ((restarts >= 1 && restarts <= 3)) || fail "gatereeve@1.service was restarted $restarts times"
    is_active gatereeve.socket || fail "the socket is gone"
    is_ready || fail "the other instance does not answer"
    inside mv /root/good.yaml "$settings"
    wait_for 15 "gatereeve@1.service does not come back by itself" is_active gatereeve@1.service
}

# refresh EXPECTED TOKEN
refresh() {
    local status
    status=$(inside curl --silent --connect-to ::127.0.0.1: --output /dev/null \
        --write-out '%{http_code}' --header 'Content-Type: application/json' \
        --data "{\"refresh\":\"$2\"}" "$origin/api/auth/login/refresh/")
    [[ $status == "$1" ]] || fail "a refresh was answered $status, not $1"
}

rotate() {
    follow rotate-announce
    refresh 200 "$1"
    follow rotate-swap
    refresh 200 "$1"
    follow rotate-forget
    refresh 401 "$1"
    expect_all_up
}

# Installing what is there changes nothing but what runs, and no file is another than was shipped, but
# for those that an operator edits.
install_again() {
    local before
    before=$(processes)
    inside bash -c 'apt-get install -y --reinstall ./gatereeve_*.deb' >"$machine_home/reinstall.log" 2>&1
    expect_all_up
    ! grep -qxFf <(echo "$before") <(processes) || fail "installing it again restarted nothing"
    inside dpkg --verify gatereeve |
        grep -vE '^..5......  *c /etc/(gatereeve/gatereeve.yaml|nginx/gatereeve/gatereeve-site.conf)$' \
            >"$machine_home/verify.log" || true
    [[ ! -s $machine_home/verify.log ]] || fail "dpkg --verify: $(<"$machine_home/verify.log")"
    check_modes
}

remove_and_purge() {
    local left unit
    follow remove
    for unit in "${units[@]}"; do
        ! is_active "$unit" || fail "$unit is active after the removal"
    done
    inside test -e /etc/gatereeve/credentials/tokens.signing_secret || fail "removal took the secret"
    inside test ! -e /run/gatereeve/gatereeve.sock || fail "removal left the socket"

    # Who wants it back finds everything as it was.
    follow install
    for unit in "${units[@]}"; do
        wait_for 30 "$unit does not come back after a new installation" is_active "$unit"
    done
    inside apt-get remove -y gatereeve >/dev/null 2>&1
    follow purge
    # The certificate is the operator's.
    inside rm -r /etc/ssl/gatereeve
    left=$(inside find / -xdev \( -path /proc -o -path /sys -o -path /root -o -path /var/lib/mysql \
        -o -path /var/backups -o -path /var/log -o -path /var/cache -o -path /run/systemd \) -prune \
        -o -name '*gatereeve*' -print)
    [[ -z $left ]] || fail "purge left: $left"
    ! inside getent passwd gatereeve gatereeve-worker >/dev/null || fail "purge left a system user"
    ! inside getent group gatereeve >/dev/null || fail "purge left the group"
    [[ $(inside systemctl --failed --no-legend --plain) == "" ]] || fail "purge left failed units"
    inside mariadb -N -e 'SELECT COUNT(*) FROM gatereeve.users' >/dev/null ||
        fail "purge took the database"
}
