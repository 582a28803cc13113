package images

import (
	"slices"
	"strings"
)

// officialNames are the images that Docker Hub has under a single word.
const officialNames = `adminer aerospike almalinux alpine alt amazoncorretto amazonlinux api-firewall arangodb archlinux
backdrop bash bonita buildpack-deps busybox caddy cassandra centos chronograf cirros clearlinux clefos clickhouse clojure composer
consul convertigo couchbase couchdb crate cratedb crux dart debian docker drupal eclipse-mosquitto eclipse-temurin eggdrop elasticsearch
elixir emqx erlang express-gateway fedora flink fluentd friendica fsharp gazebo gcc geonetwork ghost golang gradle groovy
haproxy haskell haxe hello-seattle hello-world hitch hola-mundo httpd hylang ibmjava influxdb irssi jenkins jetty jobber joomla jruby
julia kaazing-gateway kapacitor kibana known kong krakend lightstreamer liquibase logstash mageia mariadb matomo maven mediawiki
memcached mongo mongo-express monica mono mysql nats nats-streaming neo4j neurodebian nextcloud nginx node notary nuxeo odoo open-liberty openjdk
opensuse oraclelinux orientdb percona perl photon php php-zendserver phpmyadmin piwik plone postfixadmin postgres pypy python
r-base rabbitmq rakudo-star redis redmine registry rethinkdb rocket.chat rockylinux ros ruby rust sapmachine satosa scratch
sentry silverpeas sl solr sonarqube sourcemage spark spiped storm swarm swift swipl teamspeak telegraf thrift tomcat tomee traefik
ubuntu ubuntu-debootstrap ubuntu-upstart unit vault varnish websphere-liberty wordpress xwiki yourls znc zookeeper`

var officials = strings.Fields(officialNames)

// official reports whether a single word is pulled from Docker Hub, whoever else builds one of that name.
func official(name string) bool { return slices.Contains(officials, name) }
