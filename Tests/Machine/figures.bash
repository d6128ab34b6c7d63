# shellcheck shell=bash
# What was measured, for the table at the end. Part of Tests/Machine/run.

figures=()
missed=0

# figure WHAT VALUE UNIT GOAL: a measurement, in whole units or tenths, that must be below its goal.
figure() {
    local verdict=
    if ! awk -v value="$2" -v goal="$4" 'BEGIN { exit !(value < goal) }'; then
        verdict=missed
        missed=$((missed + 1))
    fi
    figures+=("$(printf '%-58s %8s %-3s  below %4s  %s' "$1" "$2" "$3" "$4" "$verdict")")
}

# count_figure WHAT VALUE MOST: a number of things that must not be above the most.
count_figure() {
    local verdict=
    (($2 <= $3)) || { verdict=missed; missed=$((missed + 1)); }
    figures+=("$(printf '%-58s %8s      at most %2s  %s' "$1" "$2" "$3" "$verdict")")
}

print_figures() { ((${#figures[@]} == 0)) || printf '  %s\n' "${figures[@]}"; }

# lifetime UNIT FROM TO: milliseconds between two moments that systemd noted of a unit; what it takes to
# ask is not in them.
lifetime() {
    inside systemctl show "$1" --property "$2TimestampMonotonic" --property "$3TimestampMonotonic" |
        awk -F = -v from="$2TimestampMonotonic" '
            $1 == from { begun = $2; next } { ended = $2 }
            END { printf "%.1f\n", (ended - begun) / 1000 }'
}
