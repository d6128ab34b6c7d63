# shellcheck shell=bash
# Packages of other versions, and upgrades under load. Part of Tests/Machine/run.

# The package as it is; a newer one whose second migration fails; and a still newer one that has it
# mended. The program is the same in all.
make_packages() {
    local work=$machine_store/packages
    rm -rf "$work"
    mkdir -p "$work/broken" "$work/newer"
    package=$(DIST=$work COMPRESSION=none "$root/scripts/make-deb")
    broken=$work/broken/$(basename "$package")
    newer=$work/newer/$(basename "$package")
    repack +broken "$broken" add_a_column break_off
    repack +next "$newer" add_a_column add_a_table
}

# repack VERSION_SUFFIX TARGET MIGRATION…: the package with further migrations.
repack() {
    local suffix=$1 target=$2 tree number schema migration
    shift 2
    tree=$(mktemp -d "$machine_store/packages/tree.XXXXXX")
    dpkg-deb --raw-extract "$package" "$tree"
    sed -i -E "s/^(Version: .*)\$/\1$suffix/" "$tree/DEBIAN/control"
    schema=$(find "$root/migrations" -name '[0-9]*.sql' | wc -l)
    number=$schema
    for migration; do
        number=$((number + 1))
        {
            printf -- '-- Only for the test of the machine.\n-- Runs under: %d\n\n' "$schema"
            "$migration"
        } >"$tree/usr/share/gatereeve/migrations/$(printf '%04d' $number)_$migration.sql"
    done
    dpkg-deb --root-owner-group -Znone --build "$tree" "$target" >/dev/null
    rm -rf "$tree"
}

add_a_column() {
    cat <<'SQL'
ALTER TABLE users
    ADD COLUMN display_name VARCHAR(80) NULL COMMENT 'How the account wants to be called',
    ADD INDEX users_display_name (display_name);
SQL
}

add_a_table() {
    cat <<'SQL'
CREATE TABLE devices (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'Order of writing',
    PRIMARY KEY (id)
) ENGINE=InnoDB COMMENT='Where an account is logged in';
SQL
}

break_off() { echo "ALTER TABLE no_such_table ADD COLUMN anything INT NULL COMMENT 'Never made';"; }

installed_version() { inside dpkg-query --show gatereeve | cut -f 2; }
column_is_there() { inside mariadb -N gatereeve -e 'SELECT display_name FROM users LIMIT 1'; }

# So many accounts that the change of their table takes its time.
seed_users() {
    inside mariadb gatereeve -e "
        INSERT INTO users (username, username_key, email, email_key, password, is_active, date_joined)
        SELECT CONCAT('seed', seq), CONCAT('seed', seq), CONCAT('seed', seq, '@example.org'),
            CONCAT('seed', seq, '@example.org'), '!', TRUE, UTC_TIMESTAMP(6) FROM seq_1_to_200000"
}

# only_package FILE: the one that lies in /root, which the page installs.
only_package() {
    inside bash -c 'rm -f /root/*.deb'
    put "$1"
}

processes() { main_process gatereeve@1.service; main_process gatereeve@2.service; }

# A migration that fails leaves the instances alone: they go on, on the schema as far as it got.
failed_upgrade() {
    local before
    before=$(processes)
    only_package "$broken"
    start_load
    ! inside bash -c "$(block upgrade)" >"$machine_home/failed-upgrade.log" 2>&1 ||
        fail "an upgrade whose migration fails ends as if it had not"
    stop_load "an upgrade that fails" 0
    [[ $before == "$(processes)" ]] || fail "the upgrade that failed restarted an instance"
    column_is_there >/dev/null || fail "the migration before the one that fails was not made"
    for sentence in "The migration 00.._break_off failed." 'go on as they are' 'dpkg --configure gatereeve'; do
        grep -q "$sentence" "$machine_home/failed-upgrade.log" ||
            { cat "$machine_home/failed-upgrade.log" >&2; fail "the upgrade does not say: $sentence"; }
    done
    live edsger >/dev/null
}

upgrade() {
    local before socket
    before=$(processes)
    socket=$(inside stat -c %i /run/gatereeve/gatereeve.sock)
    only_package "$newer"
    start_load
    follow upgrade
    stop_load "an upgrade" 0
    ! grep -qxFf <(echo "$before") <(processes) || fail "the upgrade left an old instance running"
    [[ $socket == "$(inside stat -c %i /run/gatereeve/gatereeve.sock)" ]] ||
        fail "the upgrade made a new socket"
    [[ $(installed_version) == *+next ]] || fail "it is not the new version"
    ! inside gatereeve migrate status | grep -q pending || fail "the upgrade left migrations undone"
    live alan >/dev/null
}

# The older program works on the newer schema.
roll_back() {
    only_package "$package"
    start_load
    follow roll-back
    stop_load "a roll back" 0
    [[ $(installed_version) != *+* ]] || fail "it is not rolled back"
    column_is_there >/dev/null || fail "the roll back took the schema back"
    live barbara >/dev/null
    expect_all_up
}
