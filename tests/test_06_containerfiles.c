/* Step 06, engine: Containerfiles as other people write them. */
#include "test_06_build.h"

static void a_static_site(void **state)
{
	(void)state;
	assert_prints(
		engine_script(
			CONTEXT
			"mkdir $c/html $c/conf; echo hello >$c/html/index.html; echo A:B "
			">$c/conf/h.conf\n"
			"file <<'END'\n"
			"# syntax=docker/dockerfile:1\n"
			"FROM busybox:latest\n"
			"LABEL org.opencontainers.image.title=\"static site\" \\\n"
			"      org.opencontainers.image.authors=\"someone@example.org\"\n"
			"RUN echo 'static:x:1000:1001::/home/static:/bin/sh' >>/etc/passwd && \\\n"
			"    echo 'www:x:1002:' >>/etc/group && mkdir -p /home/static\n"
			"USER static\n"
			"WORKDIR /home/static\n"
			"COPY --chown=static html/ .\n"
			"COPY --chown=static:www --chmod=640 conf/*.conf /etc/\n"
			"COPY --chown=77 html/index.html /other\n"
			"COPY --chmod=0700 html /private\n"
			"EXPOSE 8080/tcp\n"
			"STOPSIGNAL SIGQUIT\n"
			"CMD [\"stat\", \"-c\", \"%a %u:%g %n\", \"index.html\", \"/etc/h.conf\", "
			"\"/other\", \"/private\", \"/private/index.html\"]\n"
			"END\n"
			"chmod 644 $c/html/index.html; build; r --rm -u 0 $id\n"
			"inspect $id .Config.StopSignal; inspect $id '.Config.Labels[\"org."
			"opencontainers.image.title\"]'"),
		"644 1000:1001 index.html\n640 1000:1002 /etc/h.conf\n644 77:77 /other\n"
		"700 0:0 /private\n700 0:0 /private/index.html\nSIGQUIT\nstatic site\n");
}

static void an_application_that_installs_what_it_needs(void **state)
{
	(void)state;
	assert_prints(
		engine_script(
			CONTEXT
			"echo flask >$c/requirements.txt; printf '#!/bin/sh\\necho \"$0 $* $A "
			"$PORT\"\\n' >$c/serve; chmod 755 $c/serve\n"
			"printf '.git\\n*.pyc\\n' >$c/.dockerignore; echo x >$c/x.pyc\n"
			"file <<'END'\n"
			"FROM busybox AS base\n"
			"ENV PYTHONUNBUFFERED=1 \\\n"
			"    # a comment between\n"
			"    A=a\n"
			"\n"
			"WORKDIR /app\n"
			"ARG UID=10001\n"
			"RUN echo \"app:x:${UID}:${UID}::/nonexistent:/sbin/nologin\" "
			">>/etc/passwd\n"
			"COPY requirements.txt requirements.txt\n"
			"RUN set -eux; cp requirements.txt /installed\n"
			"USER app\n"
			"COPY . .\n"
			"ENV PORT 5000\n"
			"ENV PATH=/app:$PATH\n"
			"EXPOSE ${PORT}\n"
			"ENTRYPOINT [\"serve\"]\n"
			"CMD [\"--port\", \"5000\"]\n"
			"END\n"
			"build; r --rm $id; r --rm --entrypoint id $id -u\n"
			"r --rm --entrypoint ls $id -A | tr '\\n' ' '; r --rm --entrypoint cat "
			"$id /installed"),
		"/app/serve --port 5000 a 5000\n10001\n.dockerignore Containerfile "
		"requirements.txt serve flask\n");
}

static void defaults_of_variables_name_variables(void **state)
{
	(void)state;
	assert_prints(
		engine_script(
			CONTEXT
			"file <<'END'\n"
			"ARG VERSION=latest\n"
			"ARG REGISTRY\n"
			"FROM ${REGISTRY:+$REGISTRY/}busybox:${VERSION:-none}\n"
			"ARG VERSION\n"
			"ARG EMPTY=\n"
			"ENV HOME_=/srv/app LANG=C.UTF-8\n"
			"ENV CONF=\"${NONE:-${HOME_}/conf}\" DEBUG=${LANG:+--lang=$LANG} "
			"NO=${NONE:+$LANG}\n"
			"ENV A=${NONE-unset} B=${EMPTY-unset}. C=${EMPTY:-empty} D=${EMPTY+set} "
			"E=${EMPTY:+full}. F=${NONE+set}. G=${NONE:-a}\n"
			"ENV Q='$HOME_' R=\"${LANG:+\\\"q\\\"}\"\n"
			"WORKDIR ${HOME_:-/}\n"
			"VOLUME /data $HOME_/logs\n"
			"VOLUME [\"/more\"]\n"
			"CMD echo \"$CONF|$DEBUG|$NO|$A|$B|$C|$D|$E|$F|$G|$Q|$R\"; pwd\n"
			"END\n"
			"build; r --rm $id; inspect $id '.Config.Volumes | keys | join(\" \")'"),
		"/srv/app/conf|--lang=C.UTF-8||unset|.|empty|set|.|.|a|$HOME_|\"q\"\n/srv/app\n"
		"/data /more /srv/app/logs\n");
}

static void stages_for_building_and_for_testing(void **state)
{
	(void)state;
	assert_prints(
		engine_script(
			CONTEXT
			"printf '#!/bin/sh\\necho app\\n' >$c/main.c; file <<'END'\n"
			"FROM --platform=$BUILDPLATFORM busybox AS build\n"
			"WORKDIR /src\n"
			"COPY main.c ./\n"
			"RUN mkdir -p /out && cp main.c /out/app\n"
			"FROM build AS test\n"
			"RUN test -s /out/app\n"
			"FROM scratch\n"
			"COPY --link --from=build /bin /bin\n"
			"COPY --from=build --chmod=0755 /out/app /app\n"
			"ENTRYPOINT [\"/app\"]\n"
			"END\n"
			"build; r --rm $id; r --rm --entrypoint ls $id / | grep -c src || true"),
		"app\n0\n");
}

static void what_is_not_known_is_named_with_its_line(void **state)
{
	(void)state;
	assert_success(engine_script(
		CONTEXT
		"echo x >$c/f; try() { printf \"$2\" | file\n"
		" refuses 125 \"$1\" e build --network none $c; }\n"
		"try 'chown=none: none is not in /etc/passwd' 'FROM busybox\\nCOPY --chown=none f "
		"/x\\n'\n"
		"try 'none is not in /etc/group' 'FROM busybox\\nCOPY --chown=1:none f /x\\n'\n"
		"try 'no /etc/passwd' 'FROM scratch\\nCOPY --chown=root f /x\\n'\n"
		"for mode in u+x 999 77777 7x -1 ''; do\n"
		" try chmod=$mode \"FROM busybox\\\\nCOPY --chmod=$mode f /x\\\\n\"; done\n"
		"try 'RUN --mount=type=cache,target=/x: options of RUN' 'FROM busybox\\nRUN "
		"--mount=type=cache,target=/x true\\n'\n"
		"for word in SHELL HEALTHCHECK ONBUILD; do\n"
		" try \"line 3: $word: this instruction is not known\" \"FROM busybox\\\\n\\\\n"
		"$word x\\\\n\"; done\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_static_site),
		host_test(an_application_that_installs_what_it_needs),
		host_test(defaults_of_variables_name_variables),
		host_test(stages_for_building_and_for_testing),
		host_test(what_is_not_known_is_named_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
