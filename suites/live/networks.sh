#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Networks that only tests need, written to a directory:
#
#   cable.yaml         a tap network whose cable s1:3 - s2:1 is a pair of hosts,
#                      between which suites/live/cable.py carries the frames
#   joined.yaml        the same as a checker sees it; joined-x.yaml its expectation
#   line.yaml          a, b and, behind s2, cap
#   copied.yaml        a tap whose frames come 32 times; copied-x.yaml its expectation
#   ring.yaml          three switches in a ring that floods broadcasts; ring-x.yaml its expectation
#   chain.yaml         a and b, three switches in a line between them, and a tap of a by two ways of
#                      its own; chain-x.yaml its expectation
#   hybrid.yaml        two switches that do NORMAL, and a tap of a; hybrid-x.yaml its expectation where
#                      port 4 of s1 does not flood
#   five.yaml          a to e at one switch, of OpenFlow 1.3
#   vlans.yaml         a, b and c at s1, cap behind s2, two cables between: for
#                      tools/peers/osken_vlans.py; vlans-x.yaml its expectation when a and b are learned
#   three.yaml         a, b and m at one switch, which does NORMAL
#   shared.yaml        60 hosts behind one uplink; shared-x.yaml its expectation,
#                      shared-policy.yaml its policy
#
#   suites/live/networks.sh DIR

mkdir -p "$1/line/tapped" "$1/cable/tapped" "$1/copied/tapped" "$1/ring/tapped" "$1/hybrid/tapped" \
    "$1/three/plain" "$1/chain/tapped" && cd "$1" || exit 1

heads() {
    printf 'name: %s\nswitches:\n  s1: {dpid: 1}\n  s2: {dpid: 2}\nhosts:\n' "$1"
}
tapped_hosts() {
    echo '  a:   {mac: "00:00:00:00:00:0a", ip: 10.0.0.1, port: "s1:1"}'
    echo '  b:   {mac: "00:00:00:00:00:0b", ip: 10.0.0.2, port: "s1:2"}'
    echo '  c:   {mac: "00:00:00:00:00:0d", ip: 10.0.0.4, port: "s1:4"}'
    echo '  cap: {mac: "00:00:00:00:00:0c", port: "s2:2", role: capture}'
}
{ heads cable; tapped_hosts
  echo '  w1:  {mac: "00:00:00:00:01:01", port: "s1:3"}'
  echo '  w2:  {mac: "00:00:00:00:01:02", port: "s2:1"}'
  echo 'links: []'; } > cable.yaml
{ heads joined; tapped_hosts; echo 'links: [["s1:3", "s2:1"]]'; } > joined.yaml
printf 'in_port=1 actions=output:2,output:3\nin_port=2 actions=output:1\n' > cable/tapped/s1.flows
printf 'in_port=1 actions=output:2\n' > cable/tapped/s2.flows
{ heads line; tapped_hosts | grep -v ' c:'; echo 'links: [["s1:3", "s2:1"]]'; } > line.yaml
cp cable/tapped/*.flows line/tapped
cat > joined-x.yaml << EOF
topology: joined.yaml
ports:
  s1: {1: {output: [2, 3]}, 2: {output: [1]}, 3-4: drop}
  s2: {1: {output: [2]}, 2: drop}
traffic:
  - {from: a, delivered: [b], mirrored: [cap]}
  - {from: b, delivered: [a], isolated: [cap]}
EOF

{ echo 'name: five'
  echo 'switches: {s1: {dpid: 1, protocols: [OpenFlow13]}}'
  echo 'hosts:'
  for i in 1 2 3 4 5; do
      printf '  %s: {mac: "02:00:00:00:01:%02x", port: "s1:%d"}\n' "$(echo abcde | cut -c $i)" $i $i
  done; } > five.yaml

cat > vlans.yaml << EOF
name: vlans
protocols: [OpenFlow13]
switches:
  s1: {dpid: 1}
  s2: {dpid: 2}
hosts:
  a:   {mac: "02:00:00:00:02:0a", ip: 10.0.0.1, port: "s1:1"}
  b:   {mac: "02:00:00:00:02:0b", ip: 10.0.0.2, port: "s1:2"}
  c:   {mac: "02:00:00:00:02:0c", ip: 10.0.0.3, port: "s1:3"}
  cap: {mac: "02:00:00:00:02:0d", port: "s2:3", role: capture}
links: [["s1:4", "s2:1"], ["s1:5", "s2:2"]]
EOF
cat > vlans-x.yaml << EOF
topology: vlans.yaml
ports:
  s1:
    1:
      - {match: "vlan_tci=0x1000/0x1000", output: []}
      - {match: "dl_src=02:00:00:00:02:0a,dl_dst=02:00:00:00:02:0a", output: [4]}
      - {match: "dl_src=02:00:00:00:02:0a", output: [2, 4]}
      - {match: "dl_dst=02:00:00:00:02:0a", output: [4, controller], max_len: 128}
      - {output: [2, 4, controller], max_len: 128}
    2:
      - {match: "vlan_tci=0x1000/0x1000", output: []}
      - {match: "dl_src=02:00:00:00:02:0b,dl_dst=02:00:00:00:02:0b", output: []}
      - {match: "dl_src=02:00:00:00:02:0b", output: [1]}
      - {match: "dl_dst=02:00:00:00:02:0b", output: [controller], max_len: 128}
      - {output: [1, controller], max_len: 128}
    3:
      - {match: "vlan_tci=0x1000/0x1000", output: []}
      - {output: [controller], max_len: 128}
    4-5: drop
  s2:
    1-2: {output: [3]}
    3: drop
EOF

hosts=$(seq -s ', ' -f 'h%g' 60)
{ heads shared
  for i in $(seq 60); do
      printf '  h%d: {mac: "00:00:00:00:01:%02x", ip: 10.0.1.%d, port: "s1:%d"}\n' "$i" "$i" "$i" "$i"
  done
  echo '  cap: {mac: "00:00:00:00:02:01", port: "s2:2", role: capture}'
  echo 'links: [["s1:300", "s2:1"]]'; } > shared.yaml
cat > shared-policy.yaml << EOF
topology: shared.yaml
taps: [{name: all, source: [$hosts], to: cap}]
EOF
cat > shared-x.yaml << EOF
topology: shared.yaml
ports:
  s1: {1-60: {output: [300]}}
  s2: {1: {output: [2]}}
traffic:
  - {from: [$hosts], mirrored: [cap]}
EOF

cat > hybrid.yaml << EOF
name: hybrid
switches: {s1: {dpid: 1}, s2: {dpid: 2}}
hosts:
  a:   {mac: "00:00:00:00:00:0a", ip: 10.0.0.1, port: "s1:1"}
  b:   {mac: "00:00:00:00:00:0b", ip: 10.0.0.2, port: "s1:2"}
  c:   {mac: "00:00:00:00:00:0c", ip: 10.0.0.3, port: "s2:2"}
  cap: {mac: "00:00:00:00:00:0d", port: "s1:4", role: capture}
links: [["s1:3", "s2:1"]]
EOF
printf 'actions=NORMAL\npriority=40000,in_port=1 actions=NORMAL,output:4\n' > hybrid/tapped/s1.flows
echo 'actions=NORMAL' > hybrid/tapped/s2.flows
cat > hybrid-x.yaml << EOF
topology: hybrid.yaml
ports:
  s1: {1: {output: [normal, 4]}, 2-4: {output: [normal]}}
  s2: {1-2: {output: [normal]}}
traffic:
  - {from: a, mirrored: [cap]}
  - {from: a, match: "dl_dst=00:00:00:00:00:0b", delivered: [b], isolated: [c]}
  - {from: b, match: "dl_dst=00:00:00:00:00:0a", delivered: [a], isolated: [cap]}
EOF

cat > copied.yaml << EOF
name: copied
switches: {s1: {dpid: 1}, s2: {dpid: 2}, s3: {dpid: 3}}
hosts:
  a:   {mac: "00:00:00:00:00:0a", ip: 10.0.0.1, port: "s1:1"}
  b:   {mac: "00:00:00:00:00:0b", ip: 10.0.0.2, port: "s1:3"}
  cap: {mac: "00:00:00:00:00:0c", port: "s3:2", role: capture}
links: [["s1:2", "s2:1"], ["s2:2", "s3:1"]]
EOF
echo 'actions=output:2,output:2,output:2,output:2' | tee copied/tapped/s1.flows > copied/tapped/s2.flows
echo 'in_port=1 actions=output:2,output:2' > copied/tapped/s3.flows
cat > copied-x.yaml << EOF
topology: copied.yaml
ports:
  s1: {1: {output: [2, 2, 2, 2]}, 2: drop, 3: {output: [2, 2, 2, 2]}}
  s2: {1: {output: [2, 2, 2, 2]}, 2: drop}
  s3: {1: {output: [2, 2]}, 2: drop}
traffic:
  - {from: [a, b], mirrored: [cap], copies: 32}
EOF

cat > chain.yaml << EOF
name: chain
switches: {s1: {dpid: 1}, s2: {dpid: 2}, s3: {dpid: 3}}
hosts:
  a:   {mac: "00:00:00:00:00:0a", ip: 10.0.0.1, port: "s1:1"}
  b:   {mac: "00:00:00:00:00:0b", ip: 10.0.0.2, port: "s3:1"}
  cap: {mac: "00:00:00:00:00:0c", port: "s3:5", role: capture}
links:
  - ["s1:2", "s2:1"]
  - ["s2:2", "s3:2"]
  - ["s1:3", "s2:3"]
  - ["s1:4", "s2:4"]
  - ["s2:5", "s3:3"]
  - ["s2:6", "s3:4"]
EOF
printf 'in_port=1 actions=output:2,output:3,output:4\nin_port=2 actions=output:1\n' > chain/tapped/s1.flows
printf 'in_port=%d actions=output:%d\n' 1 2 2 1 3 5 4 6 > chain/tapped/s2.flows
printf 'in_port=%d actions=output:%d\n' 1 2 2 1 3 5 4 5 > chain/tapped/s3.flows
cat > chain-x.yaml << EOF
topology: chain.yaml
ports:
  s1: {1: {output: [2, 3, 4]}, 2: {output: [1]}}
  s2: {1: {output: [2]}, 2: {output: [1]}, 3: {output: [5]}, 4: {output: [6]}}
  s3: {1: {output: [2]}, 2: {output: [1]}, 3-4: {output: [5]}}
traffic:
  - {from: a, delivered: [b], mirrored: [cap], copies: 2}
  - {from: b, delivered: [a], isolated: [cap]}
EOF

cat > ring.yaml << EOF
name: ring
switches: {s1: {dpid: 1}, s2: {dpid: 2}, s3: {dpid: 3}}
hosts:
  a: {mac: "00:00:00:00:00:0a", ip: 10.0.0.1, port: "s1:1"}
  b: {mac: "00:00:00:00:00:0b", ip: 10.0.0.2, port: "s2:1"}
  c: {mac: "00:00:00:00:00:0c", ip: 10.0.0.3, port: "s3:1"}
links: [["s1:2", "s2:3"], ["s2:2", "s3:3"], ["s3:2", "s1:3"]]
EOF
for n in 1 2 3; do
    cat > ring/tapped/s$n.flows << EOF
dl_dst=ff:ff:ff:ff:ff:ff actions=flood
priority=1,in_port=1 actions=output:2
priority=1,in_port=3 actions=output:1
EOF
done
cat > ring-x.yaml << EOF
topology: ring.yaml
ports:
  s1: {1: {output: [2]}, 2: drop, 3: {output: [1]}}
  s2: {1: {output: [2]}, 2: drop, 3: {output: [1]}}
  s3: {1: {output: [2]}, 2: drop, 3: {output: [1]}}
traffic:
  - {from: a, delivered: [b], isolated: [c]}
EOF

cat > three.yaml << EOF
name: three
switches: {s1: {dpid: 1}}
hosts:
  a: {mac: "00:00:00:00:00:0a", ip: 10.0.0.1, port: "s1:1"}
  b: {mac: "00:00:00:00:00:0b", ip: 10.0.0.2, port: "s1:2"}
  m: {mac: "00:00:00:00:00:0c", ip: 10.0.0.3, port: "s1:3"}
EOF
echo 'actions=NORMAL' > three/plain/s1.flows
