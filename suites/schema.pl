#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# Do documents say what a schema of docs/schema allows? What they do not, a line each; exit status 1 if there is
# something, 77 without the module. Many pairs at once: the module takes its time to start.
#
#   schema.pl [-] SCHEMA DOCUMENT [SCHEMA DOCUMENT...]     documents are JSON; with - each must be refused

use strict;
use warnings;

BEGIN {
    eval { require JSON::Validator::Schema::Draft7; require Mojo::JSON; require Mojo::File; 1 } or exit 77;
}

my $refused = @ARGV && $ARGV[0] eq '-' ? shift : 0;
my (%schemas, @wrong);
while (my ($name, $file) = splice @ARGV, 0, 2) {
    my $schema = $schemas{$name} //= JSON::Validator::Schema::Draft7->new->data(
        Mojo::JSON::decode_json(Mojo::File->new("docs/schema/$name.json")->slurp))->resolve;
    my @errors = $schema->validate(Mojo::JSON::decode_json(Mojo::File->new($file)->slurp));
    push @wrong, $refused ? (@errors ? () : "$file: $name.json allows it") : map { "$file: $_" } @errors;
}
print "$_\n" for @wrong;
exit(@wrong ? 1 : 0);
