# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the live tests of tapd: starting it, asking it, waiting for it.

. suites/live/tap.sh
socket=$scratch/tapd.sock
simulated=expected/demon/simulated.yaml
policy=topologies/policies/demon/simulated.yaml
tapd_pid=
trap 'kill_tapd; rm -rf "$scratch"' EXIT

kill_tapd() {
    [ -z "$tapd_pid" ] || { kill -9 "$tapd_pid"; wait "$tapd_pid"; } 2> /dev/null
    tapd_pid=
}

# start_tapd ARGUMENT...: in the background, until it is ready; it logs to
# $scratch/log. False if it ends instead.
start_tapd() {
    rm -f "$scratch/ready"
    mkfifo "$scratch/ready"
    "$B/tapd" "$@" --http "unix:$socket" > "$scratch/ready" 2>> "$scratch/log" &
    tapd_pid=$!
    ready=
    read -r ready < "$scratch/ready"
    tail -n 5 "$scratch/log" > "$scratch/out"
    [ "$ready" = ready ]
}

# stop_tapd: as one should; its exit status.
stop_tapd() {
    kill "$tapd_pid"
    wait "$tapd_pid"
    status=$?
    tapd_pid=
    return $status
}

# ask METHOD PATH [BODY]: the body of the answer, and its status in the last line.
ask() {
    method=$1 path=$2
    shift 2
    curl -s --max-time 20 --unix-socket "$socket" -X "$method" ${1:+--data-binary "$1"} -w '\n%{http_code}\n' \
        "http://tapd$path"
}

# until_says PATTERN COMMAND...: runs it until it says this; at most 20 s.
until_says() {
    pattern=$1
    shift
    for _ in $(seq 400); do
        "$@" > "$scratch/out" 2>&1 < /dev/null
        grep -q -- "$pattern" "$scratch/out" && return 0
        sleep 0.05
    done
    echo "nothing matches: $pattern" >> "$scratch/out"
    return 1
}

# installed: everywhere, not on one of the switches.
installed() {
    until_says '^  "installed": true,' ask GET /status
}

# answers STATUS PATTERN NAME METHOD PATH [BODY]
answers() {
    status=$1 pattern=$2 name=$3
    shift 3
    ask "$@" > "$scratch/out" 2>&1
    tail -n 1 "$scratch/out" | grep -q "^$status$" && grep -q -- "$pattern" "$scratch/out"
    report "$name" $?
}

# The entries of all switches; without counters, sorted.
tables() {
    "$B/tapproof" flows topologies/demon.yaml --no-stats "$@" | said_alike | entries_sorted
}

# What the policy asks for.
wanted_tables() {
    "$B/tapd" "$1" --print | said_alike | entries_sorted
}

# Entries as 1.0 says them, without what it does not show: 1.0 has no word for a tag that is pushed.
said_alike() {
    sed -e 's/, *hard_timeout=[0-9]*//' -e 's/send_flow_rem //' -e 's/push_vlan:0x8100,//' \
        -e 's/pop_vlan/strip_vlan/' | awk '{
        while (match($0, /set_field:[0-9]+->vlan_vid/))
            $0 = substr($0, 1, RSTART - 1) "mod_vlan_vid:" substr($0, RSTART + 10) + 0 - 4096 \
                substr($0, RSTART + RLENGTH)
        print
    }'
}

# Each entry behind the name of its switch, in one order.
entries_sorted() {
    awk '/^[^ ]*:$/ { sw = $0; next } NF { sub(/^ */, ""); print sw " " $0 }' | sort
}

# exactly POLICY NAME: the switches have what the policy asks for, each entry once.
exactly() {
    wanted_tables "$1" > "$scratch/wanted"
    tables > "$scratch/got"
    diff "$scratch/wanted" "$scratch/got" > "$scratch/out"
    report "$2" $?
}

# Where a switch of the lab answers.
endpoint() {
    sed -n "s/.* $1: .*openflow: \"\(.*\)\".*/\1/p" "$TAPPROOF_LAB"
}
ofctl() {
    command=$1 sw=$2
    shift 2
    ovs-ofctl -O OpenFlow10,OpenFlow13 "$command" "$(endpoint "$sw")" "$@"
}
