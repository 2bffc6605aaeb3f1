#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# tapd when things go wrong, at every point: it is killed, connections are cut,
# entries vanish, the switches start again. Each time the network comes to what the
# policy says, each entry once. One switch speaks OpenFlow 1.0, one 1.3, one both.
#
#   KILLS    how often it is killed in the middle of an install
#   CUTS     at so many places of what it sends a connection is cut

. suites/live/controller.sh
ovs-vsctl set bridge s1 protocols=OpenFlow10 -- set bridge s3 protocols=OpenFlow13
kills=${KILLS:-30} cuts=${CUTS:-40}
other=$scratch/other.yaml
cat > "$other" << END
topology: $PWD/topologies/demon.yaml
pairs: [[h1, h2], [h3, h4], [h6, h9]]
taps:
  - {name: h1, source: h1, uplink: "s1:8", to: h11}
  - {name: h6, source: h6, match: tcp, uplink: "s2:6", to: h11}
  - {name: h8, source: h8, uplink: "s2:7", tag: 7, strip: true, to: h11}
END

# is_exactly POLICY: the tables are those of the policy.
is_exactly() {
    tables > "$scratch/got"
    diff "$scratch/$(basename "$1").tables" "$scratch/got" >> "$scratch/out"
}
for each in "$policy" "$other"; do
    wanted_tables "$each" > "$scratch/$(basename "$each").tables"
done

# Frames of a pair that both policies have, and of a host that neither has.
"$B/tapd" "$other" --once > /dev/null 2>&1
mkfifo "$scratch/stream.in" "$scratch/stream.out"
/usr/bin/python3 suites/live/stream.py < "$scratch/stream.in" > "$scratch/stream.out" &
stream=$!
exec 5> "$scratch/stream.in" 6< "$scratch/stream.out"
read -r told <&6

# Killed. It reads, writes and verifies within some 15 ms.
wrong=0 target=$other
: > "$scratch/out"
for kill in $(seq "$kills"); do
    [ "$target" = "$policy" ] && target=$other || target=$policy
    "$B/tapd" "$target" > /dev/null 2>&1 &
    victim=$!
    sleep "$(awk "BEGIN { print 0.03 * $kill / $kills }")"
    kill -9 "$victim"
    wait "$victim" 2> /dev/null
    [ $((kill % 3)) -eq 0 ] && continue # the next one finds what this one left
    "$B/tapd" "$target" --once > "$scratch/one" 2>&1 && is_exactly "$target" ||
        { wrong=$((wrong + 1)); echo "kill $kill"; cat "$scratch/one"; } >> "$scratch/out"
done
report "killed $kills times in the middle of an install: $wrong times not as it should be" "$wrong"

# Cut. Three relays in front of the switches.
mkfifo "$scratch/relay.in" "$scratch/relay.out"
suites/live/relay.py 7001=6634 7002=6635 7003=6636 < "$scratch/relay.in" > "$scratch/relay.out" 5>&- 6<&- &
relay=$!
exec 3> "$scratch/relay.in" 4< "$scratch/relay.out"
tell() {
    echo "$1" >&3
    read -r told <&4
}
read -r told <&4
sed -e 's/127.0.0.1:6634/127.0.0.1:7001/' -e 's/127.0.0.1:6635/127.0.0.1:7002/' \
    -e 's/127.0.0.1:6636/127.0.0.1:7003/' "$TAPPROOF_LAB" > "$scratch/relayed.yaml"
relayed() {
    "$B/tapd" "$1" --lab "$scratch/relayed.yaml" --once > "$scratch/one" 2>&1
}
relayed "$policy" && relayed "$other" && tell count
relayed "$policy" && tell count
bytes=$told # towards all three
wrong=0 target=$policy
: > "$scratch/out"
for cut in $(seq "$cuts"); do
    [ "$target" = "$policy" ] && target=$other || target=$policy
    tell "cut $((bytes / 2 * cut / cuts))"
    relayed "$target" && is_exactly "$target" ||
        { wrong=$((wrong + 1)); echo "cut $cut of $bytes"; cat "$scratch/one"; } >> "$scratch/out"
done
report "connections cut at $cuts places of an install: $wrong times not as it should be" "$wrong"

exec 5>&-
cat <&6 > "$scratch/out"
exec 6<&-
wait "$stream"
report "meanwhile an untouched pair lost no frame, and an isolated host leaked none" $?

# One switch is away; the others do not wait, and nothing goes into a link to it.
ofctl del-flows s1
ofctl del-flows s2
sed 's/127.0.0.1:6636/127.0.0.1:9/' "$TAPPROOF_LAB" > "$scratch/away.yaml"
run 3 "$B/tapd" "$policy" --lab "$scratch/away.yaml" --once --timeout 2s
grep -q 's3: not installed' "$scratch/out"
report "a switch that is away is named" $?
tables > "$scratch/got"
grep -q '^s1: .*in_port=3 actions=output:4' "$scratch/got" &&
    grep -q '^s1: .*in_port=1 actions=output:2' "$scratch/got"
report "the others are programmed" $?
ofctl del-flows s3
run 3 "$B/tapd" "$policy" --lab "$scratch/away.yaml" --once --timeout 2s
tables > "$scratch/out"
! grep -q 'output:[67]' "$scratch/out"
report "nothing is mirrored into a link to it" $?

# Repair: nobody reads the tables again for an hour, the switches tell.
exec 3>&- 4<&-
wait "$relay"
# One switch has no room; the others do not wait, and it is tried again.
ofctl del-flows s1
ovs-vsctl -- --id=@t create Flow_Table flow_limit=2 -- set bridge s1 flow_tables:0=@t > /dev/null
run 3 "$B/tapd" "$policy" --once --timeout 2s && grep -q 's1: refuses add .*FULL' "$scratch/out" &&
    [ "$(grep -c '^tapd: s1: .*refuses' "$scratch/out")" -le 2 ] && tables | grep -q 's2: .*output:1,output:7'
report "a refused entry is told, and the rest is installed" $?
ovs-vsctl clear bridge s1 flow_tables

start_tapd "$policy" --resync 60m
report "it goes on" $?

repaired() {
    for _ in $(seq 200); do
        : > "$scratch/out"
        is_exactly "$policy" && break
        sleep 0.05
    done
    is_exactly "$policy"
    report "$1" $?
}
ofctl del-flows s1
repaired "deleted entries come back"
ofctl del-flows s3 in_port=1
repaired "one deleted entry comes back"
ofctl mod-flows s1 cookie=0x7461706400000000,in_port=1,actions=drop # without it, it is not ours
kill -HUP "$tapd_pid"
repaired "a changed entry is set right when it is read"

# Another controller with the same cookie, which wants less: it takes away what it does not know of, and sees that come
# back.
"$B/tapd" topologies/policies/demon/always-forward.yaml --resync 200ms > /dev/null 2> "$scratch/other" &
other=$!
until_says 'another controller writes entries with the cookie 0x74617064' cat "$scratch/other"
report "of two controllers one stops" $?
repaired "and the other one goes on"
kill "$other"
wait "$other" 2> /dev/null

# The switch starts again, with empty tables.
read -r vswitchd < /run/openvswitch/ovs-vswitchd.pid
kill -9 "$vswitchd"
while kill -0 "$vswitchd" 2> /dev/null; do sleep 0.02; done
ovs-vswitchd -vconsole:off unix:/run/openvswitch/db.sock --enable-dummy --no-chdir --pidfile \
    --log-file --detach > "$scratch/out" 2>&1
repaired "switches that have started again are programmed"
installed
expect 0 "and the network conforms" "$B/tapproof" check "$simulated"
ovs-vsctl --timeout=10 del-br s2
until_says '"connected": false' ask GET /status
report "a bridge that is gone is noticed" $?
stop_tapd
plan
