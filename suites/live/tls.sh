#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# OpenFlow over TLS, with keys that ovs-pki made: switches that listen and that dial, read, judged
# and programmed; and what is said where there is no TLS. Runs in a lab with --tls and
# --controller ssl:127.0.0.1:6653.

. suites/live/controller.sh
here=pssl:6653:127.0.0.1
keys=/run/tapproof/tls
ca=$keys/pki/switchca/cacert.pem
ours="--key $keys/ctl-privkey.pem --certificate $keys/ctl-cert.pem --ca $ca"
lab=$scratch/lab.yaml
topology=topologies/demon.yaml

# changed SED-SCRIPT: the lab file, otherwise.
changed() {
    sed "$1" "$TAPPROOF_LAB" > "$lab"
}

# With keys of its own, by the lab file.
expect_says 0 '^ready' "tapd programs switches over ssl:" "$B/tapd" "$policy" --lab "$TAPPROOF_LAB" --once
exactly "$policy" "and they get exactly the entries of the policy"
expect 0 "a check over ssl: conforms" "$B/tapproof" check "$simulated"
expect 0 "also with frames that switches send" "$B/tapproof" check "$simulated" --packet-out

changed "s|ssl:127.0.0.1:[0-9]*|$here|"
expect 0 "a check of switches that dial pssl: conforms" "$B/tapproof" check "$simulated" --lab "$lab"
for sw in s1 s2 s3; do ovs-ofctl del-flows $sw; done
# shellcheck disable=SC2086
expect_says 0 '^ready' "tapd programs switches that dial pssl:" "$B/tapd" "$policy" --listen $here $ours --once
exactly "$policy" "and they get exactly the entries of the policy"

# What is said where there is none.
changed "s|ssl:|tcp:|"
expect_says 3 'nothing came; does it want TLS (ssl:)?' "tcp: where TLS is spoken" \
    "$B/tapproof" flows $topology --lab "$lab"
changed "s|ca: .*}|ca: $keys/pki/controllerca/cacert.pem}|"
expect_says 3 'its certificate is not signed by the CA in' "another CA" "$B/tapproof" flows $topology --lab "$lab"
changed "s|^tls: .*|tls: {ca: $ca}|"
expect_says 3 'wants a certificate of us' "no certificate of ours" "$B/tapproof" flows $topology --lab "$lab"
changed "s|^tls: .*|tls: {key: $keys/sc-privkey.pem, certificate: $keys/sc-cert.pem, ca: $ca}|"
expect_says 3 'does not accept our certificate' "a certificate that another CA signed" \
    "$B/tapproof" flows $topology --lab "$lab"
cp "$keys/ctl-privkey.pem" "$scratch/key" && chmod 644 "$scratch/key"
changed "s|key: [^,]*|key: $scratch/key|"
expect_says 3 'mode 0644 lets others at the key; expected 0600' "a key that others may read" \
    "$B/tapproof" flows $topology --lab "$lab"

# Fingerprints: of the one certificate that all of these switches have, and of another.
print=$(openssl x509 -in "$keys/sc-cert.pem" -noout -fingerprint -sha256 | sed 's/.*=//')
changed "s|^tls: {|tls: {fingerprint: \"$print\", |"
expect 0 "the right fingerprint" "$B/tapproof" flows $topology --lab "$lab"
other=$(openssl x509 -in "$ca" -noout -fingerprint -sha256 | sed 's/.*=//')
changed "s|^tls: {|tls: {fingerprint: \"$other\", |"
expect_says 3 "another fingerprint than is expected: $print" "another fingerprint" \
    "$B/tapproof" flows $topology --lab "$lab"
plan
