# shellcheck shell=bash
# The installation by docs/operations.md, and what it must look like then. Part of
# Tests/Machine/run.

install_by_the_page() {
    put "$package" "$root/Tests/Support/smtp-sink" "$here"/{account-life,load.py,probe.py} \
        "$root/Tests/EndToEnd/forgery.py"
    follow install
    # What belongs to the test: a mail server on port 25, and trust in the trial certificate.
    inside apt-get install -qq -y python3-aiosmtpd >/dev/null 2>&1
    inside systemd-run --quiet --unit mail-catcher /root/smtp-sink --port 25 --directory /root/mail
    follow origin
    follow setup
    follow nginx
    follow certificate
    inside cp /etc/ssl/gatereeve/certificate.pem /usr/local/share/ca-certificates/trial.crt
    inside update-ca-certificates >/dev/null 2>&1
    follow reload
    follow start
    follow check
}

check_modes() {
    local wanted found
    while read -r wanted; do
        found=$(inside stat -c '%A %U %G %n' "${wanted##* }")
        [[ $found == "$wanted" ]] || fail "owner or mode: $found, not $wanted"
    done <<'MODES'
drwxr-x--- root gatereeve /etc/gatereeve
-rw-r----- root gatereeve /etc/gatereeve/gatereeve.yaml
drwx------ root root /etc/gatereeve/credentials
-r-------- root root /etc/gatereeve/credentials/tokens.signing_secret
srw-rw---- root www-data /run/gatereeve/gatereeve.sock
MODES
    inside man -w gatereeve >/dev/null 2>&1 || inside test -s /usr/share/man/man1/gatereeve.1.gz
    inside test -s /usr/share/bash-completion/completions/gatereeve
}

# nginx may ask the responders, and no other user of the machine may.
check_socket() {
    local user
    # 3: not allowed; anything else but success is a fault of this test.
    knock() {
        inside setpriv --reuid="$1" --regid="$2" --clear-groups python3 -c '
import socket, sys
try:
    socket.socket(socket.AF_UNIX).connect("/run/gatereeve/gatereeve.sock")
except PermissionError:
    sys.exit(3)' && echo connected || echo "$?"
    }
    [[ $(knock www-data www-data) == connected ]] || fail "nginx cannot connect to the socket"
    for user in 'nobody nogroup' 'gatereeve gatereeve' 'daemon daemon'; do
        # shellcheck disable=SC2086
        [[ $(knock $user) == 3 ]] || fail "${user%% *} is not kept from the socket"
    done
}

# Neither the journal nor nginx's logs hold what the lives of accounts sent or were given.
check_journal() {
    local log=$machine_home/journal.log secrets=$machine_home/secrets status=0
    inside bash -c 'journalctl --quiet --output export; cat /var/log/nginx/*.log' >"$log"
    grep -aq '"message":"request"' "$log" || fail "the journal has no requests"
    inside bash -c 'awk 1 /root/secrets /etc/gatereeve/credentials/*' | sort -u | sed '/^$/d' >"$secrets"
    (($(wc -l <"$secrets") >= 9)) || fail "too few secrets to look for"
    grep -aqFf "$secrets" "$log" || status=$?
    ((status == 1)) || fail "the logs hold $(grep -acFf "$secrets" "$log") secrets"
    rm -f "$secrets"
}

# The accounts of the database can do what they must and no more.
check_database_rights() {
    local statement
    as() { inside setpriv --reuid="$1" --regid=gatereeve --clear-groups mariadb gatereeve -e "$2"; }
    as gatereeve 'SELECT COUNT(*) FROM users' >/dev/null
    for statement in 'CREATE TABLE t (i INT)' 'ALTER TABLE users ADD i INT' 'DROP TABLE users' \
        'DELETE FROM users' 'DELETE FROM refresh_token_blacklist' 'SELECT * FROM audit_events' \
        'DELETE FROM audit_events' 'SELECT * FROM mysql.global_priv' \
        "SELECT 1 INTO OUTFILE '/tmp/file'"; do
        ! as gatereeve "$statement" >/dev/null 2>&1 || fail "the responder's account may: $statement"
    done
    for statement in 'CREATE TABLE t (i INT)' 'UPDATE users SET is_active = 1' \
        'INSERT INTO refresh_token_blacklist SELECT * FROM refresh_token_blacklist'; do
        ! as gatereeve-worker "$statement" >/dev/null 2>&1 || fail "the worker's account may: $statement"
    done
    # Nobody is let in by name alone.
    ! inside setpriv --reuid=www-data --regid=www-data --clear-groups mariadb -u gatereeve \
        -e 'SELECT 1' >/dev/null 2>&1 || fail "another system user is let in as gatereeve"
}

# Whichever instance is asked, it tells the sum of all: the life of an account has two good logins.
check_metrics() {
    local page
    for _ in 1 2 3 4 5 6; do
        page=$(inside curl --silent --fail --connect-to ::127.0.0.1: "$origin/metrics") ||
            fail "/metrics does not answer"
        [[ $(grep -E '^gatereeve_requests_total\{.*"login".*"200"' <<<"$page") == *' 2' ]] ||
            fail "/metrics does not tell of two logins: $(grep '"login"' <<<"$page")"
    done
}

# Runs a unit with the probe in place of the program.
#
#     probe_sandbox UNIT [network] [priority]
probe_sandbox() {
    local template=$1 python limit limits=()
    local probe=probe-${template//[@.]/-}.service
    shift
    for limit in MemoryMax TasksMax LimitNOFILESoft; do
        limits+=("$(inside systemctl show --property "$limit" --value "${template/@/@1}")")
    done
    limits[0]=$((limits[0] / 1024 / 1024))
    python=$(inside readlink -f /usr/bin/python3)
    inside install -m 0755 /root/probe.py /usr/share/gatereeve/probe.py
    sed -e "s#^ExecStart=.*#ExecStart=$python /usr/share/gatereeve/probe.py ${limits[*]} $*#" \
        -e "s#^ExecPaths=.*#& $python#" -e 's/^Type=.*/Type=oneshot/' -e 's/^Restart=.*/Restart=no/' \
        -e 's/^SyslogIdentifier=.*/SyslogIdentifier=gatereeve-probe/' \
        -e 's/^OOMPolicy=.*//; s/^\[Service\]/&\nOOMPolicy=continue/' \
        -e '/^Sockets=/d; /^StandardInput=/d; /^WatchdogSec=/d; /^PartOf=/d; /^Requires=/d' \
        "$root/systemd/$template" >"$machine_home/$probe"
    put "$machine_home/$probe"
    inside mv "$probe" /run/systemd/system/
    # Found by everybody on the machine, unless they have memory of their own to share.
    inside python3 -c 'import ctypes; exit(ctypes.CDLL(None).shmget(0x67617465, 4096, 0o1666) < 0)'
    inside systemctl daemon-reload
    inside systemctl start "$probe" || true
    inside journalctl --quiet --output cat --unit "$probe" --identifier gatereeve-probe \
        >"$machine_home/probe.log"
    grep -E '^(as it should be|WRONG)' "$machine_home/probe.log" | sed 's/^/          /'
    [[ $(inside systemctl show --property Result --value "$probe") == success ]] ||
        fail "the sandbox of $template is not as it should be"
    [[ $(grep -c '^as it should be: ' "$machine_home/probe.log") -ge 40 ]] ||
        fail "the probe did not finish"
    inside rm -f "/run/systemd/system/$probe" /usr/share/gatereeve/probe.py
    inside systemctl daemon-reload
}
