#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# Is the description that a running tapd serves valid OpenAPI, and do its answers say what it says?
# What is not so, a line each; exit status 1 if there is something, 77 without the modules.
#
#   openapi.pl SOCKET

use strict;
use warnings;

BEGIN {
    eval { require JSON::Validator; require Mojo::UserAgent; 1 } or exit 77;
}

my $at = 'http+unix://' . Mojo::Util::url_escape($ARGV[0], '^A-Za-z0-9');
my $agent = Mojo::UserAgent->new;
my $description = $agent->get("$at/openapi.json")->res->json;
my $schema = JSON::Validator->new->schema($description)->schema;
my @wrong = @{ $schema->errors };
ref $schema eq 'JSON::Validator::Schema::OpenAPIv3' or push @wrong, 'not OpenAPI 3';

# ask METHOD PATH TEMPLATE STATUS [BODY]; STATUS 0: any that is described
sub ask {
    my ($method, $path, $template, $status, $body) = @_;
    my $answer = $agent->start($agent->build_tx(uc $method => "$at$path", $body ? (json => $body) : ()))->res;
    push @wrong, "$method $path: " . $answer->code . " instead of $status: " . $answer->body if $status && $answer->code != $status;
    push @wrong, "$method $path: not described: " . $answer->code
        unless $description->{paths}{$template}{$method}{responses}{ $answer->code };
    if ($body && $status < 400) {
        push @wrong, map { "$method $path: request: $_" } $schema->validate_request(
            [$method => $template],
            { path => { name => 'web' }, body => sub { +{ exists => 1, value => $body, content_type => 'application/json' } } });
    }
    push @wrong, map { "$method $path: $_" } $schema->validate_response(
        [$method => $template, $answer->code],
        { status => $answer->code, body => sub { +{ exists => 1, value => $answer->json, content_type => $answer->headers->content_type } } });
}

my $tap = { source => 'h3', to => ['h11'], match => ['tcp,tp_dst=80-90', 'arp'], not => 'tcp,tp_dst=84', for => '120s',
    strip => Mojo::JSON->false, pairs => [['h3', 'h4']] };
ask('get', '/status', '/status', 200);
ask('get', '/taps', '/taps', 200);
ask('post', '/taps', '/taps', 202, { name => 'one', %$tap });
ask('post', '/taps', '/taps', 409, { name => 'one', %$tap });
ask('post', '/taps', '/taps', 400, { name => 'two', source => 'h99', to => 'h11' });
ask('put', '/taps/two?wait=20s', '/taps/{name}', 201,
    { of => ['h1', 's2:3'], to => 'h11', copies => 1, note => 'what for', owner => 'ann' });
ask('get', '/taps?limit=1', '/taps', 200);
ask('get', '/taps?limit=x', '/taps', 400);
ask('get', '/taps/one?wait=20s', '/taps/{name}', 200);
ask('get', '/taps/none', '/taps/{name}', 404);
ask('patch', '/taps/one', '/taps/{name}', 200, { for => '300s' });
ask('patch', '/taps/two', '/taps/{name}', 409);
ask('post', '/taps/one/extend', '/taps/{name}/extend', 200);
ask('delete', '/taps/one', '/taps/{name}', 200);
ask('delete', '/taps/two', '/taps/{name}', 200);
ask('get', '/sflow', '/sflow', 404);
ask('get', '/healthz', '/healthz', 0);
ask('get', '/openapi.json', '/openapi.json', 200);
ask('post', '/reload', '/reload', 200);
print "$_\n" for @wrong;
exit(@wrong ? 1 : 0);
