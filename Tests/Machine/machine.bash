# shellcheck shell=bash
# Boots throw-away Debian 12 machines with a real systemd as their PID 1. To be sourced; needs root.
#
# The disk of a machine is an overlay on a base that debootstrap makes once; its network is its own,
# with a way out through slirp4netns, so that nothing changes on the host. The Debian archive is the
# one that the host's apt uses.

machine_store=${MACHINE_DIR:-/var/tmp/gatereeve-machine}
machine_base=$machine_store/base
machine_home= # Of the machine that is up.
machine_space=

# machine_obstacle: prints why no machine can boot here, or nothing.
machine_obstacle() {
    local tool probe
    ((EUID == 0)) || { echo "it must be run by root"; return; }
    for tool in debootstrap systemd-nspawn slirp4netns ip nsenter unshare; do
        command -v "$tool" >/dev/null || {
            echo "$tool is missing: apt-get install debootstrap systemd-container slirp4netns iproute2"
            return
        }
    done
    unshare --mount --net --pid --fork true 2>/dev/null ||
        { echo "the kernel does not allow namespaces"; return; }
    mkdir -p "$machine_store"
    probe=$(mktemp -d "$machine_store/probe.XXXXXX")
    mkdir "$probe"/{lower,upper,work,root}
    if mount -t overlay overlay "$probe/root" \
        -o "lowerdir=$probe/lower,upperdir=$probe/upper,workdir=$probe/work" 2>/dev/null; then
        umount "$probe/root"
    else
        echo "the kernel does not mount overlays in $machine_store"
    fi
    rm -rf "$probe"
}

# The first archive of the host's apt sources that has the suite, in both forms of those files.
machine_archive() {
    # Most machines have only some of these files.
    { cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null || true; } |
        awk -v suite="$1" '
            $1 == "deb" {
                at = ($2 ~ /^\[/) ? 3 : 2
                while ($2 ~ /^\[/ && $(at - 1) !~ /\]$/) at++
                if ($(at + 1) == suite) { print $at; exit }
            }
            $1 == "URIs:" { address = $2 }
            $1 == "Suites:" { for (i = 2; i <= NF; i++) if ($i == suite) { print address; exit } }'
}

# Makes the base once; remove the directory to make it anew.
machine_build_base() {
    [[ ! -d $machine_base ]] || return 0
    local archive security unit
    archive=$(machine_archive bookworm)
    security=$(machine_archive bookworm-security)
    [[ -n $archive ]] || { echo "apt has no source for Debian 12 (bookworm) here" >&2; return 1; }
    rm -rf "$machine_base.new"
    debootstrap --variant=minbase \
        --include=systemd,systemd-sysv,dbus,libpam-systemd,iproute2,procps,ca-certificates,curl \
        bookworm "$machine_base.new" "$archive" >"$machine_store/debootstrap.log" 2>&1 ||
        { tail "$machine_store/debootstrap.log" >&2; return 1; }
    [[ -z $security ]] || echo "deb $security bookworm-security main" \
        >"$machine_base.new/etc/apt/sources.list.d/security.list"
    # A container has no terminal to log in on, and no clock to set.
    for unit in getty@.service console-getty.service systemd-timesyncd.service; do
        ln -sf /dev/null "$machine_base.new/etc/systemd/system/$unit"
    done
    mv "$machine_base.new" "$machine_base"
}

# machine_up NAME: boots a fresh machine and waits until it is up.
machine_up() {
    local name=$1 hierarchy
    machine_home=$machine_store/$name
    machine_space=gatereeve-$name
    [[ ! -d $machine_home ]] || machine_down
    mkdir -p "$machine_home"/{upper,work,root}
    mount -t overlay overlay "$machine_home/root" -o \
        "lowerdir=$machine_base,upperdir=$machine_home/upper,workdir=$machine_home/work"
    echo "$name" >"$machine_home/root/etc/hostname"
    : >"$machine_home/root/etc/machine-id"
    echo "nameserver 10.0.2.3" >"$machine_home/root/etc/resolv.conf"
    ip netns add "$machine_space"
    setsid slirp4netns --configure --mtu=65520 --disable-host-loopback --netns-type=path \
        "/run/netns/$machine_space" tap0 </dev/null >"$machine_home/slirp.log" 2>&1 &
    echo $! >"$machine_home/slirp.pid"
    # Where PID 1 of the host is no systemd, a machine needs a node of its own in the hierarchies that
    # systemd writes to, and in those whose limits are enforced.
    for hierarchy in systemd unified memory pids; do
        [[ -d /sys/fs/cgroup/$hierarchy ]] || continue
        mkdir -p "/sys/fs/cgroup/$hierarchy/gatereeve-$name"
        echo "/sys/fs/cgroup/$hierarchy/gatereeve-$name"
    done >"$machine_home/cgroups"
    machine_start
    machine_wait_until_up
}

# systemd-nspawn ends with 133 when the machine reboots, and is started again.
machine_start() {
    # shellcheck disable=SC2016 # The inner shell expands these.
    setsid bash -c '
        while read -r node; do echo $$ >"$node/cgroup.procs"; done <"$1/cgroups"
        home=$1
        shift
        while :; do
            systemd-nspawn "$@" &
            echo $! >"$home/pid"
            wait $!
            [[ $? == 133 ]] || break
        done' _ "$machine_home" --quiet --register=no --keep-unit --boot \
        --machine="$(basename "$machine_home")" --directory="$machine_home/root" \
        --network-namespace-path="/run/netns/$machine_space" --console=passive --resolv-conf=off \
        --timezone=off --link-journal=no --kill-signal=SIGRTMIN+3 \
        </dev/null >>"$machine_home/console.log" 2>&1 &
}

# The process id, on the host, of the machine's PID 1.
machine_leader() {
    local child
    [[ -s $machine_home/pid ]] || return 1
    for child in $(pgrep -P "$(<"$machine_home/pid")" | while read -r one; do
        echo "$one"; pgrep -P "$one" || true; done); do
        if [[ $(awk '/^NSpid:/ { print $NF }' "/proc/$child/status" 2>/dev/null) == 1 ]]; then
            echo "$child"
            return
        fi
    done
    return 1
}

# machine_wait_until_up [OLD]: until it has booted, with another PID 1 than OLD.
machine_wait_until_up() {
    local deadline=$((SECONDS + 120)) leader state=unknown
    while ((SECONDS < deadline)); do
        sleep 0.1
        leader=$(machine_leader) || continue
        [[ $leader != "${1:-}" ]] || continue
        state=$(nsenter -t "$leader" -a systemctl is-system-running 2>/dev/null || true)
        [[ $state != running && $state != degraded ]] || return 0
    done
    echo "the machine did not finish booting: $state" >&2
    tail -n 20 "$machine_home/console.log" >&2
    return 1
}

# inside COMMAND…: runs it in the machine, as root in /root.
inside() {
    nsenter -t "$(machine_leader)" -a env -i -C /root TERM=dumb LANG=C.UTF-8 HOME=/root \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        DEBIAN_FRONTEND=noninteractive "$@"
}

# machine_enforce_limits: lets the systemd of the machine limit memory and tasks, until it reboots.
#
# Where the host has the first version of control groups, a machine cannot write to the controllers.
machine_enforce_limits() {
    local leader controller
    leader=$(machine_leader)
    for controller in memory pids; do
        [[ -d /sys/fs/cgroup/$controller ]] || continue
        nsenter -t "$leader" -m mount -o remount,rw,bind "/sys/fs/cgroup/$controller"
    done
    # It looks at the controllers when it starts.
    inside systemctl daemon-reexec
}

# put FILE…: copies files into /root of the machine.
put() { cp "$@" "$machine_home/root/root/"; }

# Seconds since the machine's PID 1 was started.
machine_age() {
    local fields
    read -ra fields < <(sed 's/.*) //' "/proc/$(machine_leader)/stat")
    awk -v ticks="$(getconf CLK_TCK)" -v start="${fields[19]}" \
        '{ printf "%.1f\n", $1 - start / ticks }' /proc/uptime
}

machine_down() {
    local process leader
    if process=$(cat "$machine_home/pid" 2>/dev/null) && kill -0 "$process" 2>/dev/null; then
        inside systemctl poweroff 2>/dev/null || true
        timeout 20 tail --pid="$process" -f /dev/null ||
            { leader=$(machine_leader) && kill -KILL "$leader"; } || true
    fi
    [[ ! -s $machine_home/slirp.pid ]] || kill "$(<"$machine_home/slirp.pid")" 2>/dev/null || true
    ip netns del "$machine_space" 2>/dev/null || true
    umount "$machine_home/root" 2>/dev/null || umount -l "$machine_home/root" 2>/dev/null || true
    while read -r process; do
        find "$process" -depth -type d -exec rmdir {} \; 2>/dev/null || true
    done < <(cat "$machine_home/cgroups" 2>/dev/null)
    rm -rf "$machine_home"
}
