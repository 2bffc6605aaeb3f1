#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Tests of topologies/lab: what it starts, what it says about wrong input, and
# that it leaves nothing behind however it ends.  Prints TAP.  Everything runs as
# a plain user: as nobody, if root starts it.
#
# A process belongs to a test if its environment has the test's mark; what is
# expected "soon" is polled for, WAIT_TURNS times at most.

here=$(cd "$(dirname "$0")" && pwd)
lab=$here/lab
demon=$here/demon.yaml
WAIT_TURNS=500
count=0 failed=0
work=$(mktemp -d) || exit 1
trap 'clean_up' EXIT
chmod 777 "$work"
plain=()
[ "$(id -u)" = 0 ] && plain=(setpriv --reuid=65534 --regid=65534 --clear-groups)

clean_up() { # a test that failed may have left a lab: end it, by its mark
    for file in /proc/[0-9]*/environ; do
        grep -qaz "^TAPPROOF_LAB_TEST=$$\." "$file" && kill -KILL "$(basename "$(dirname "$file")")"
    done 2>/dev/null
    rm -rf "$work"
}

# Reporting

ok() { # NAME: by the status of the command before it
    local status=$?
    count=$((count + 1))
    if [ $status = 0 ]; then echo "ok $count - $1"; return; fi
    failed=$((failed + 1))
    echo "not ok $count - $1"
    sed 's/^/# /' "$work/out" "$work/err" 2>/dev/null | tail -20
}

skip() { # NAME REASON: a failure where REQUIRE_LIVE=1 says that nothing may be skipped
    count=$((count + 1))
    if [ "${REQUIRE_LIVE:-0}" != 1 ]; then echo "ok $count - $1 # skip $2"; return; fi
    failed=$((failed + 1))
    echo "not ok $count - $1: $2"
}

# Running

run() { # ARGUMENTS of lab: as a plain user, status in $status, output in out and err
    mark=TAPPROOF_LAB_TEST=$$.$count
    env -u TAPPROOF_LAB -u PYTHONDONTWRITEBYTECODE TMPDIR="$work/tmp" "$mark" "${plain[@]}" "$lab" "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
}

background() { # TOPOLOGY STATE: a lab that stays up; its outermost process in $outer
    rm -f "$work/up"
    run_in_background run "$1" --flows "$2" -- sh -c "echo up >$work/up; exec sleep 1000"
    soon test -s "$work/up"
}

run_in_background() { # ARGUMENTS of lab; its outermost process in $outer
    mark=TAPPROOF_LAB_TEST=$$.$count
    env -u TAPPROOF_LAB "$mark" "${plain[@]}" "$lab" "$@" >"$work/out" 2>"$work/err" </dev/null &
    outer=$!
}

soon() { # COMMAND...: until it succeeds
    for _ in $(seq $WAIT_TURNS); do
        "$@" && return 0
        read -r -t 0.02 <> <(:)
    done
    return 1
}

# Looking

marked() { # [FILTER]: the processes of the current test
    local file pid
    for file in /proc/[0-9]*/environ; do
        pid=${file#/proc/} pid=${pid%/environ}
        grep -qazx "$mark" "$file" && "${1:-true}" "$pid" && echo "$pid"
    done 2>/dev/null
    return 0
}
is_first() { grep -qP '^NSpid:.*\t1$' "/proc/$1/status"; }
is_hinge() { [ "$(sed -n 's/^PPid:\t//p' "/proc/$1/status")" = "$outer" ]; }
is_vswitchd() { [ "$(cat "/proc/$1/comm")" = ovs-vswitchd ]; }
is_command() { [ "$(cat "/proc/$1/comm")" = sleep ]; }
no_process() { [ -z "$(marked)" ]; }

# Sends one frame from each host named, the first as soon as it runs, and prints who got it.
cat >"$work/frames.py" <<'END'
import os, select, socket, sys, yaml
sys.path.insert(0, os.environ["PATH"].split(":")[1])
sys.dont_write_bytecode = True
import labspace
hosts = yaml.safe_load(open(os.environ["TAPPROOF_LAB"]))["hosts"]
sockets = {}
for name, host in hosts.items():
    labspace.enter_network(host["netns"])
    sockets[name] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b5))
    sockets[name].bind((host["interface"], 0x88b5))
names = {s: name for name, s in sockets.items()}
for sender in sys.argv[1:]:
    sockets[sender].send(b"\2\0\0\0\0\1\2\0\0\0\0\2\x88\xb5" + sender.encode().ljust(50))
got = {sender: set() for sender in sys.argv[1:]}
while ready := select.select(list(names), [], [], 0.5)[0]:
    for s in ready:
        got[s.recv(2000)[14:].decode().strip()].add(names[s])
for sender in sys.argv[1:]:
    print(*[sender] + sorted(got[sender], key=lambda name: int(name[1:])))
END

# A TCP connection from one host to another: exercises ARP, addresses and checksums.
cat >"$work/tcp.py" <<'END'
import os, socket, sys, yaml
sys.path.insert(0, os.environ["PATH"].split(":")[1])
sys.dont_write_bytecode = True
import labspace
hosts = yaml.safe_load(open(os.environ["TAPPROOF_LAB"]))["hosts"]
labspace.enter_network(hosts[sys.argv[2]]["netns"])
server = socket.create_server(("", 80))
labspace.enter_network(hosts[sys.argv[1]]["netns"])
client = socket.create_connection((sys.argv[3], 80), timeout=5)
client.send(b"through\n")
print(server.accept()[0].recv(100).decode(), end="")
END

# What a lab could leave on the machine, apart from processes.
traces() {
    cat /proc/self/mountinfo
    ls /run/tapproof /run/openvswitch /var/lib/openvswitch /etc/openvswitch /var/log/openvswitch /run/netns 2>/dev/null
    sed 's/:.*//' /proc/net/dev
    find "$here" | sort
}

gone() { # PIDS: a process that is dying has lost its environment long before it is gone
    for pid in "$@"; do [ ! -d "/proc/$pid" ] || return 1; done
}

nothing_left() { # of the current test
    soon no_process || { echo "left: $(marked | tr '\n' ' ')" >>"$work/err"; return 1; }
    traces | cmp - "$work/traces" >>"$work/err"
}

# A lab that stays up ends, and quickly, when SIGNAL is sent to the process that FILTER selects.
ends_by() { # SIGNAL FILTER EXPECTED-STATUS
    local victim pids
    background "$demon" simulated || return 1
    victim=$(if [ "$2" = outer ]; then echo $outer; else marked "$2"; fi)
    pids=$(marked)
    [ "$(wc -l <<<"$pids")" -gt 10 ] && [ -n "$victim" ] || return 1
    kill -s "$1" $victim
    ended
    # Where the outermost process could, it has waited for the rest before it ended.
    if [ "$2" = outer ] && [ "$1" != KILL ]; then gone $pids || return 1; fi
    [ $status = "$3" ] && soon gone $pids && nothing_left
}

ended() { # within bounds; its status in $status
    soon test ! -d /proc/$outer || kill -KILL $outer
    wait $outer 2>/dev/null
    status=$?
}

traces >"$work/traces"
run --help
if [ $status != 0 ] && [ "${REQUIRE_LIVE:-0}" != 1 ]; then echo "1..0 # skip $(head -1 "$work/err")"; exit 0; fi
run run "$demon" -- true
if [ $status = 3 ] && [ "${REQUIRE_LIVE:-0}" != 1 ] && grep -q 'cannot make namespaces\|missing: ' "$work/err"; then
    echo "1..0 # skip $(tr '\n' ' ' <"$work/err")"; exit 0
fi

# The network

run run "$demon" --flows simulated -- sh -c 'exit 7'
[ $status = 7 ]; ok "the exit status of the command is passed through"

run run "$demon" --flows simulated -- sh -c 'kill -9 $$'
[ $status = 137 ] && nothing_left; ok "a command killed by signal 9 ends the lab with 137"

run run "$demon" -- /nonexistent
[ $status = 127 ] && grep -q '/nonexistent: No such file' "$work/err"; ok "a command that does not exist gives 127"

run run "$demon" --flows simulated -- sh -c 'for s in s1 s2 s3; do ovs-ofctl dump-flows --no-stats $s; done'
sed 's/^ *//; /^NXST\|^OFPST/d' "$work/out" | sort >"$work/installed"
for s in s1 s2 s3; do sed '/^#/d; s/^\(in_port=[0-9]*\) /\1 /' "$here/demon/simulated/$s.flows"; done | sort >"$work/wanted"
[ -s "$work/wanted" ] && diff "$work/installed" "$work/wanted" >>"$work/err"; ok "the switches have the flows of the files, and no others"

run run "$demon" --flows simulated -- sh -c 'lab flows no-mirror && ovs-ofctl dump-flows --no-stats s1'
[ $status = 0 ] && grep -q 'in_port=1 actions=output:2$' "$work/out" && ! grep -q output:6 "$work/out"
ok "lab flows replaces them"

run run "$demon" -- sh -c 'grep -c "netns: /proc/[0-9]*/ns/net, interface: h" "$TAPPROOF_LAB"; ovs-ofctl show tcp:127.0.0.1:6636'
[ "$(head -1 "$work/out")" = 11 ] && grep -q 'dpid:0000000000000003' "$work/out" && grep -q '^ 11(s3-eth11)' "$work/out"
ok "the lab file names hosts and the switches answer with their datapath ids"

run run "$demon" --lab "$work/copy" -- sh -c 'cat "$TAPPROOF_LAB"'
[ $status = 0 ] && [ -s "$work/copy" ] && cmp "$work/copy" "$work/out" >>"$work/err"; ok "--lab writes a copy of the lab file"

run run "$demon" --flows simulated -- /usr/bin/python3 "$work/frames.py" h1 h7 h3 h5
printf 'h1 h2 h11\nh7 h6 h11\nh3 h4\nh5\n' | diff - "$work/out" >>"$work/err"
ok "the first frames arrive where the flows send them, and nowhere else"

run run "$demon" --flows leak -- /usr/bin/python3 "$work/frames.py" h3
printf 'h3 h4 h11\n' | diff - "$work/out" >>"$work/err"; ok "a leak is a leak"

run run "$demon" --flows simulated -- /usr/bin/python3 "$work/tcp.py" h3 h4 10.0.0.4
[ "$(cat "$work/out")" = through ]; ok "TCP passes: addresses are set, checksums are whole"

run run "$demon" -- lab exec h7 sh -c 'cat /proc/sys/net/ipv6/conf/h7-eth0/disable_ipv6; ip -br link show h7-eth0'
grep -q '^1$' "$work/out" && grep -q ' UP  *00:00:00:00:00:07' "$work/out"; ok "a host has its address and no IPv6"

run run "$demon" -- ovs-ofctl dump-ports s3
[ "$(grep -c 'rx pkts=0,' "$work/out")" -ge 11 ] && ! grep -q '[rt]x pkts=[1-9]' "$work/out"; ok "nothing is sent that nobody asked for"

run run "$demon" -- setsid sh -c 'sleep 1000 & exit 3'
[ $status = 3 ] && nothing_left; ok "what a command leaves running ends with the lab"

# Two at once

background "$demon" simulated; ok "a lab stays up"
first=$outer first_mark=$mark
run run "$demon" --flows seed -- ovs-ofctl dump-flows --no-stats s1
[ $status = 0 ] && grep -q hard_timeout=120 "$work/out"; ok "a second lab runs beside it, with its own switches"
[ -d /proc/$first ] && mark=$first_mark && [ "$(marked is_vswitchd | wc -l)" = 1 ]; ok "the first one is still there"
kill $first; outer=$first ended
nothing_left; ok "both leave nothing behind"

# Ends

ends_by TERM outer 143; ok "SIGTERM ends everything"
ends_by INT outer 130; ok "SIGINT ends everything"
ends_by HUP outer 129; ok "SIGHUP ends everything"
ends_by KILL outer 137; ok "kill -9 of the process that the user started ends everything"
ends_by KILL is_hinge 137; ok "kill -9 of the process between ends everything"
ends_by KILL is_first 137; ok "kill -9 of the lab's first process ends everything"
ends_by KILL is_command 137; ok "kill -9 of the command ends everything"

# The command may finish what it has begun to say.
says_last() { # SIGNAL EXPECTED-STATUS
    rm -f "$work/ready"
    run_in_background run "$demon" -- sh -c \
        'trap "echo its last words; exit 5" INT TERM; touch "$0"; while :; do sleep 0.1; done' "$work/ready"
    soon test -e "$work/ready" && kill -s "$1" $outer
    ended
    [ $status = "$2" ] && grep -qx 'its last words' "$work/out" && nothing_left
}
says_last INT 130; ok "a command that runs finishes after SIGINT"
says_last TERM 143; ok "a command that runs finishes after SIGTERM"

# As by a terminal, all processes get the signal, whatever they do just then.
is_quiet() {
    for turns in 1 8 20; do
        run_in_background run "$demon" --flows simulated -- sleep 1000
        for _ in $(seq $turns); do marked >/dev/null; done
        for pid in $(marked) $outer; do kill -INT "$pid" 2>/dev/null; done
        ended
        [ $status = 130 ] && ! grep -q Traceback "$work/err" && nothing_left || return 1
    done
}
is_quiet; ok "an interruption while the lab is made prints no traceback"

background "$demon" simulated && kill -KILL "$(marked is_vswitchd)" && kill -TERM $outer
ended
nothing_left; ok "after kill -9 of ovs-vswitchd nothing is left"

# Wrong input

sed 's/"s1:7",/"s1:6",/' "$demon" >"$work/twice.yaml"
run run "$work/twice.yaml" -- true
[ $status = 2 ] && grep -q 'twice.yaml:[0-9]*:6: found port s1:6, used in line [0-9]* already' "$work/err"
ok "a port used twice: file, line, column"

sed -e 's/h4:  {mac: "00/h4:  {mca: "00/' -e 's/"s1:8"/"s9:8"/' -e 's/s2: {dpid: 2}/s2: {dpid: 1}/' "$demon" >"$work/three.yaml"
run run "$work/three.yaml" -- true
[ $status = 2 ] && grep -q "three.yaml:[0-9]*:9: found unknown key .mca', did you mean .mac'" "$work/err" &&
    grep -q "three.yaml:[0-9]*:6: found unknown switch .s9'" "$work/err" &&
    grep -q "three.yaml:[0-9]*:7: found dpid 1, which s1 has already" "$work/err"
ok "all errors of a topology are told, not only the first"

sed -e 's/^  h2: /  h1: /' -e 's/00:00:00:00:00:03/00:00:00:00:00/' -e 's/10\.0\.0\.4,/10.0.0.400,/' "$demon" >"$work/host.yaml"
run run "$work/host.yaml" -- true
[ $status = 2 ] && grep -q "host.yaml:[0-9]*:3: found key .h1' again" "$work/err" &&
    grep -q "host.yaml:[0-9]*:14: found mac" "$work/err" && grep -q "host.yaml:[0-9]*:[0-9]*: found ip .10.0.0.400'" "$work/err"
ok "a key twice, a bad mac, a bad ip"

# The rules of harness/yaml, and what is the lab's own.
sed -e 's/00:00:00:00:00:03/00:00:00:00:00:02/' -e 's/"s1:4"/"s1:65281"/' -e 's/"s1:5"/"s1:65280"/' -e 's/"s2:1"/"s2:01"/' \
    -e 's/^  h8: /  all: /' -e 's/^  h9: /  h9%: /' -e 's/^  h10: /  h-234567890: /' -e 's/^  h1: /  -h1: /' "$demon" >"$work/rules.yaml"
run run "$work/rules.yaml" -- true
[ $status = 2 ] && grep -q 'found mac 00:00:00:00:00:02, used in line [0-9]* already' "$work/err" &&
    grep -q "found port .s1:65281', expected .* from 1 to 65280" "$work/err" &&
    grep -q 'found port s1:65280, expected in a lab 65279 at most' "$work/err" && grep -q "found port .s2:01'" "$work/err" &&
    grep -q 'found a host named all' "$work/err" && grep -q "found the name .h9%'" "$work/err" &&
    grep -q 'makes the interface h-234567890-eth0 of 16 characters, expected in a lab 15 at most' "$work/err" &&
    grep -q 'makes the interface -h1-eth0, expected in a lab none that begins with -' "$work/err"
ok "names, addresses and ports by the rules of harness/spec, and by those of a lab"

printf 'name: 2.x\nswitches: {1s: {dpid: 0000000000000010}, _: {dpid: "00:00:00:00:00:00:00:11"}}
hosts: {.h: {mac: "00:00:00:00:00:01", port: "1s:65279", interface: eth1}}\nlinks: [["1s:1", "_:1"]]\n' >"$work/odd.yaml"
run run "$work/odd.yaml" -- sh -c 'ovs-ofctl show 1s; ovs-ofctl show _; lab exec .h ip -br link show .h-eth0'
[ $status = 0 ] && grep -q 'dpid:0000000000000010' "$work/out" && grep -q 'dpid:0000000000000011' "$work/out" &&
    grep -q '^ 65279(' "$work/out" && grep -q '^\.h-eth0@.* UP ' "$work/out"
ok "names that begin with another character than a letter, datapath ids as harness/spec reads them"

printf 'name: x\nswitches:\n\ts1: {dpid: 1}\n' >"$work/tab.yaml"
printf 'name: x\nlinks:\n  - - s1:1\n   - s1:2\n' >"$work/indent.yaml"
run run "$work/tab.yaml" -- true
[ $status = 2 ] && grep -q 'tab.yaml:3:1: a tab is used for indentation; YAML needs spaces' "$work/err" && run run "$work/indent.yaml" -- true &&
    grep -q 'indent.yaml:4:4: wrong indentation: this line begins in column 4; by the lines above it can begin in column 1, 3, 5 or 7' "$work/err"
ok "wrong indentation is called that"

printf 'name: [\n' >"$work/broken.yaml"
run run "$work/broken.yaml" -- true
[ $status = 2 ] && grep -q 'broken.yaml:2:1: ' "$work/err"; ok "a file that is not YAML"

run run "$work/none.yaml" -- true
[ $status = 2 ] && grep -q 'none.yaml: No such file' "$work/err"; ok "a topology that is not there"

run run "$demon" --flows nonsense -- true
[ $status = 2 ] && grep -q 'expected a directory or one of: .*simulated' "$work/err"; ok "flows that are not there: the known ones are told"

cp -r "$here/demon/simulated" "$work/bad" && sed -i 's/actions=output:4/actions=outptu:4/' "$work/bad/s1.flows"
line=$(grep -n outptu "$work/bad/s1.flows" | cut -d: -f1)
run run "$demon" --flows "$work/bad" -- true
[ $status = 2 ] && grep -q "bad/s1.flows:$line: .*outptu" "$work/err"; ok "a flow that cannot be read: file and line"

printf '# c\nin_port=1 actions=output:2\npriority=20,in_port=2,tp_dst=53 actions=output:1\nin_prt=3 actions=output:4\nin_port=4 actions=outptu:3
in_port=5,nw_src=10.0.0.1,tp_src=7 actions=output:1\n' >"$work/bad/s1.flows"
run run "$demon" --flows "$work/bad" -- true
[ $status = 2 ] && [ "$(wc -l <"$work/err")" = 4 ] &&
    grep -q 'bad/s1.flows:3: .priority=20,in_port=2,tp_dst=53 actions=output:1. would be installed without tp_dst=53: .*protocol' "$work/err" &&
    grep -q 'bad/s1.flows:4: .*unknown keyword in_prt' "$work/err" && grep -q 'bad/s1.flows:5: .*unknown action outptu' "$work/err" &&
    grep -q 'bad/s1.flows:6: .* without nw_src=10.0.0.1,tp_src=7: ' "$work/err"
ok "all errors of flow files are told, and a match that ovs-ofctl would cut is one"

run run "$demon" -- sh -c 'lab flows "$1"' - "$work/bad"
[ $status = 2 ] && grep -q 'bad/s1.flows:3: .* without tp_dst=53' "$work/err"; ok "to lab flows too"

sed 's/.*actions=output:4/table=254,in_port=3 actions=output:4/' "$here/demon/simulated/s1.flows" >"$work/bad/s1.flows"
run run "$demon" --flows "$work/bad" -- true
[ $status = 2 ] && grep -q "bad/s1.flows:$line: .* is refused by the switch: .*EPERM" "$work/err"; ok "a flow that the switch refuses: file and line"

run run "$demon" --flows simulated tapproof check x.yaml -v 'a b'
[ $status = 2 ] && grep -q -- "put -- before the command: topologies/lab run .*/demon.yaml --flows simulated -- tapproof check x.yaml -v 'a b'\$" "$work/err"
ok "a command without --"
run run --help
[ $status = 0 ] && [ ! -s "$work/err" ] && grep -q '^Exit status:' "$work/out"; ok "lab run --help is lab --help"
for shell in sh dash; do
    [ -x "/bin/$shell" ] && command -v script >"$work/out" || { skip "the prompt of $shell" "not here"; continue; }
    (cd "$work" && echo exit | SHELL=/bin/$shell "${plain[@]}" script -qc "'$lab' shell '$demon'" /dev/null) >"$work/out" 2>"$work/err"
    grep -qF "lab:$work$ " "$work/out"; ok "the prompt of $shell is the directory"
done

# The controller
policies=$here/policies/demon
run run "$demon" --policy "$policies/simulated.yaml" -- sh -c \
    'ovs-ofctl dump-flows s1; curl -s --unix-socket "$TAPD_SOCKET" http://tapd/status'
[ $status = 0 ] && grep -q 'in_port=1 actions=output:2,output:6' "$work/out" && grep -q '"installed": true,' "$work/out" &&
    grep -q 'links, up in' "$work/err"
ok "a policy: tapd has installed it, and goes on"
run run "$demon" --policy "$policies/simulated.yaml" --controller tcp:127.0.0.1:6653 -- sh -c \
    'ovs-vsctl get-controller s1; ovs-ofctl dump-flows s1'
[ $status = 0 ] && grep -q 'tcp:127.0.0.1:6653' "$work/out" && grep -q 'output:2,output:6' "$work/out"
ok "a policy and a controller: the switches dial tapd"
run run "$demon" --policy "$policies/simulated.yaml" -- sh -c \
    'lab flows leak && lab policy "$1" && ovs-ofctl dump-flows s1 && lab flows leak && ovs-ofctl dump-flows s1' \
    - "$policies/always-forward.yaml"
[ $status = 0 ] && [ "$(grep -c 'in_port=3 actions=output:4,output:6' "$work/out")" = 1 ]
ok "lab flows takes over from tapd, lab policy from flows"
printf 'topology: %s\npairs: [[h1, h99]]\n' "$demon" >"$work/bad.yaml"
run run "$demon" --policy "$work/bad.yaml" -- true
[ $status = 2 ] && grep -q 'bad.yaml:2:.*h99' "$work/err"; ok "a policy that is wrong: told before anything is started"
run run "$demon" --policy "$policies/simulated.yaml" --flows simulated -- true
[ $status = 2 ] && grep -q 'expected one of them' "$work/err"; ok "a policy and flows"
run run "$demon" --policy "$policies/simulated.yaml" --controller ssl:127.0.0.1:6653 -- true
[ $status = 2 ] && grep -q 'expected --tls' "$work/err"; ok "a controller in TLS needs --tls"
run run "$demon" --policy "$policies/simulated.yaml" --controller ssl:127.0.0.1:6653 --tls -- \
    sh -c 'cat "$TAPPROOF_LAB"; ovs-ofctl dump-flows s1'
[ $status = 0 ] && grep -q 'openflow: "ssl:' "$work/out" && grep -q 'in_port=1' "$work/out"
ok "in TLS the switches dial tapd, and listen"
run run "$demon" --flows simulated --tls -- sh -c 'topologies/lab flows always-forward && ovs-ofctl dump-flows s3'
[ $status = 0 ] && grep -q 'in_port=10' "$work/out"; ok "lab flows works there, too"
run run "$demon" --policy "$policies/simulated.yaml" --controller ssl:1.2.3.4 --tls -- true
[ $status = 2 ] && grep -q 'expected tcp:HOST:PORT or ssl:HOST:PORT' "$work/err"; ok "a controller that tapd can not be"

run run "$demon" --flows simulated --nonsense -- true
[ $status = 2 ]; ok "an unknown option"
run exec h1 true
[ $status = 2 ] && grep -q 'TAPPROOF_LAB is not set' "$work/err"; ok "lab exec outside of a lab"
run run "$demon" -- lab exec h99 true
[ $status = 2 ] && grep -q "unknown host .h99', expected one of: h1, h2" "$work/err"; ok "lab exec of an unknown host"

# OpenFlow 1.3
mkdir -p "$work/two/state" "$work/two/bad"
cat >"$work/two.yaml" <<'END'
name: two
switches:
  s1: {dpid: 1, protocols: [OpenFlow13]}
  s2: {dpid: 2}
hosts:
  a: {mac: "00:00:00:00:00:0a", ip: 10.0.0.1, ipv6: "2001:db8::a", port: "s1:1"}
  b: {mac: "00:00:00:00:00:0b", ipv6: "2001:db8::b", port: "s1:2"}
  c: {mac: "00:00:00:00:00:0c", port: "s2:2"}
links: [["s1:3", "s2:1"]]
END
printf 'in_port=1 actions=meter:1,goto_table:1\nin_port=2 actions=output:1\ntable=1 actions=group:1\n' >"$work/two/state/s1.flows"
printf '# those of use to others first\ngroup_id=2,type=indirect,bucket=output:2\ngroup_id=1,type=all,bucket=group:2,bucket=output:3\n' >"$work/two/state/s1.groups"
printf 'meter=1 kbps bands=type=drop rate=100000\n' >"$work/two/state/s1.meters"
printf 'in_port=1 actions=output:2\n' >"$work/two/state/s2.flows"
cat >"$work/dump.sh" <<'END'
for what in flows groups meters; do ovs-ofctl -O OpenFlow13 --no-stats dump-$what $1 | grep -v reply | sort; done
END
run run "$work/two.yaml" --flows state -- sh -c \
    'ovs-vsctl get bridge s1 protocols; sh "$1" s1 >"$2"; lab flows state && sh "$1" s1 | cmp - "$2" && cat "$2"' \
    - "$work/dump.sh" /tmp/before
[ $status = 0 ] && grep -q '^."OpenFlow13".$\|^.OpenFlow13.$' "$work/out" && grep -q 'actions=meter:1,goto_table:1' "$work/out" &&
    grep -q 'table=1.* actions=group:1' "$work/out" && grep -q 'group_id=1,type=all' "$work/out" && grep -q 'meter=1 kbps' "$work/out"
ok "a switch of OpenFlow 1.3 alone: meters, groups and entries are installed, and again by lab flows"
run run "$work/two.yaml" --flows state -- sh -c \
    'ovs-ofctl -O OpenFlow13 add-group s1 group_id=7,type=all; ovs-ofctl -O OpenFlow13 add-flow s1 table=5,actions=drop
    lab flows state && ovs-ofctl -O OpenFlow13 dump-groups s1 && ovs-ofctl -O OpenFlow13 dump-flows s1'
[ $status = 0 ] && grep -q 'group_id=1,' "$work/out" && ! grep -q 'group_id=7\|table=5' "$work/out"
ok "lab flows leaves no group and no entry that the files do not have"
run run "$demon" --flows simulated -- sh -c 'ovs-vsctl set bridge s2 protocols=OpenFlow13; lab flows leak &&
    ovs-ofctl -O OpenFlow13 --no-stats dump-flows s2 && ovs-ofctl --no-stats dump-flows s1'
[ $status = 0 ] && grep -q 'in_port=3 actions=output:4,output:6' "$work/out" && grep -q 'in_port=2 actions=output:1,output:7' "$work/out"
ok "lab flows where a bridge was told meanwhile to speak 1.3"
run run "$work/two.yaml" --flows state -- sh -c 'lab exec a ping -q -c 3 -i 0.6 2001:db8::b; lab exec c sleep 0.1
    ovs-ofctl -O OpenFlow13 dump-ports s1 2; ovs-ofctl -O OpenFlow13 dump-ports s2 2'
[ $status = 0 ] && grep -q ' 3 received' "$work/out" && [ "$(grep -c 'rx pkts=[03],' "$work/out")" = 2 ] && ! grep -q 'rx pkts=[1-24-9]' "$work/out"
ok "hosts have their IPv6 addresses, and send nothing that nobody asked for"

cp "$work/two/state"/* "$work/two/bad" && printf 'group_id=1,type=al,bucket=output:2\n# c\ngroup_id=2,type=all,bucket=outptu:2\n' >"$work/two/bad/s1.groups"
cp "$work/two/bad/s1.groups" "$work/two/bad/s9.groups"
run run "$work/two.yaml" --flows bad -- true
[ $status = 2 ] && grep -q "bad/s9.groups:1:1: found groups of .s9', expected a switch of two" "$work/err"; ok "groups of no switch"
rm "$work/two/bad/s9.groups"
run run "$work/two.yaml" --flows bad -- true
[ $status = 2 ] && grep -q "bad/s1.groups:1: .* cannot be read: .*al" "$work/err" && grep -q "bad/s1.groups:3: .* cannot be read: .*outptu" "$work/err"
ok "all errors of a group file are told, before anything is started"
printf 'group_id=2,type=all,bucket=output:2\ngroup_id=2,type=all,bucket=output:3\n' >"$work/two/bad/s1.groups"
printf '\nmeter=1 kpbs bands=type=drop rate=1\n' >"$work/two/bad/s1.meters"
run run "$work/two.yaml" --flows bad -- true
[ $status = 2 ] && grep -q "bad/s1.groups:2: .* is refused by the switch: OFPGMFC_GROUP_EXISTS" "$work/err" &&
    grep -q "bad/s1.meters:2: .* cannot be read: .*kpbs" "$work/err"
ok "a group that the switch refuses, a meter that cannot be read: file and line"
sed 's/OpenFlow13/OpenFlow10/' "$work/two.yaml" >"$work/ten.yaml"
run run "$work/ten.yaml" --flows state -- true
[ $status = 2 ] && grep -q 's1.meters: found groups or meters of s1, which speaks only OpenFlow10' "$work/err"; ok "groups need OpenFlow 1.3"
sed -e 's/OpenFlow13/OpenFlow14/' -e 's/2001:db8::a/fe80::1%h/' -e 's/2001:db8::b/ff02::1/' "$work/two.yaml" >"$work/words.yaml"
run run "$work/words.yaml" -- true
[ $status = 2 ] && grep -q "words.yaml:3:29: found protocol .OpenFlow14', expected one of OpenFlow10, OpenFlow13" "$work/err" &&
    grep -q "words.yaml:6:[0-9]*: found ipv6 .fe80::1%h'" "$work/err" && grep -q "words.yaml:7:[0-9]*: found ipv6 .ff02::1'" "$work/err"
ok "protocols and addresses that a lab does not have"

# What the machine lacks

env PATH=/nonexistent "$lab" run "$demon" -- true >"$work/out" 2>"$work/err" </dev/null
[ $? = 3 ] && grep -q 'apt-get install .*openvswitch' "$work/err"; ok "missing packages are named"

"${plain[@]}" unshare -r sh -c 'echo 0 >/proc/sys/user/max_user_namespaces
    exec setpriv --bounding-set=-all --inh-caps=-all "$@"' - "$lab" run "$demon" -- true >"$work/out" 2>"$work/err" </dev/null
[ $? = 3 ] && grep -q 'sysctl user.max_user_namespaces=' "$work/err"; ok "where namespaces are refused it says what to change"

# In a user namespace where root is refused another one, as in some containers.
"${plain[@]}" unshare -rm sh -c 'echo 0 >/proc/sys/user/max_user_namespaces
    mount --make-rshared / && cat /proc/self/mountinfo >"$1/before" || exit 9
    "$2" run "$3" -- ovs-ofctl show s3 || exit 8
    cmp "$1/before" /proc/self/mountinfo' - "$work" "$lab" "$demon" >"$work/out" 2>"$work/err" </dev/null
[ $? = 0 ]; ok "root without user namespaces does without, and its mounts stay inside"

# As root, and the other topologies

if [ "$(id -u)" = 0 ]; then
    plain=()
    run run "$demon" --flows simulated -- /usr/bin/python3 "$work/frames.py" h1
    [ "$(cat "$work/out")" = "h1 h2 h11" ] && nothing_left; ok "as root"
else
    skip "as root" "not root"
fi
for states in "$here"/*/*/; do
    state=$(basename "$states") topology=$(basename "$(dirname "$states")")
    [ -f "$here/$topology.yaml" ] || continue
    run run "$here/$topology.yaml" --flows "$state" -- true
    [ $status = 0 ]; ok "$topology, $state"
done
nothing_left; ok "nothing is left after all of it"

echo "1..$count"
[ $failed = 0 ]
