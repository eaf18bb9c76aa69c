#!/bin/sh
# tests/engines/swarm.sh DIRECTORY RUNTIME: a service of Docker Swarm, whose replicas our runtime runs.
set -u
work=$1 runtime=$2
# shellcheck source=tests/engines/checks.sh
. tests/engines/checks.sh
# shellcheck source=tests/engines/dockerd.sh
. tests/engines/dockerd.sh
start_dockerd || exit 1

replicas() {
	docker ps -q --filter label=com.docker.swarm.service.name=web | wc -l
}
has_replicas() {
	[ "$(replicas)" -eq "$1" ]
}

docker swarm init --advertise-addr 127.0.0.1 >/dev/null || exit 1
check 'one node, which leads' 'Leader' docker node ls --format '{{.ManagerStatus}}'
docker service create --quiet --detach --name web --network host --replicas 3 \
	--restart-delay 100ms $image sh -c 'while :; do sleep 0.1; done' >/dev/null 2>&1 || failed=1
until_true has_replicas 3
check 'three replicas' '3' replicas
check 'our runtime runs them' 'ours' sh -c \
	"docker inspect -f '{{.HostConfig.Runtime}}' \$(docker ps -q) | sort -u"
docker service scale --detach web=5 >/dev/null
until_true has_replicas 5
check 'scaled up' '5' replicas
victim=$(docker ps -q | head -1)
docker kill "$victim" >/dev/null
until_true sh -c "! docker ps -q | grep -q $victim"
until_true has_replicas 5
check 'one was killed and replaced' '5' replicas
docker service scale --detach web=1 >/dev/null
until_true has_replicas 1
check 'scaled down' '1' replicas
docker service rm web >/dev/null
until_true has_replicas 0
check 'the service is gone' '0' replicas
docker swarm leave --force >/dev/null
stop_dockerd
finish
