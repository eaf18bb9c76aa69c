/* Step 06, engine: --format with the fields of Go's templates. */
#include "test_06_engine.h"

static void containers_are_printed_by_their_fields(void **state)
{
	(void)state;
	assert_prints(
		engine_script(
			"id=$(e create --name one -l b=2 -l a=1 -e A=x busybox sh -c 'a  b'); e "
			"create "
			"--name two busybox true >/dev/null\n"
			"is \"$(e ps -a --format '{{.ID}}' | tail -1)\" $(echo $id | cut -c1-12)\n"
			"is \"$(e ps -a --no-trunc --format '{{.ID}}' | tail -1)\" $id\n"
			"e ps -a --format '{{.Names}}\\t{{ .Image }}|{{.Status}}\\n.'\n"
			"e ps -a --format '{{json .Labels}} {{.Labels}}' | tail -1\n"
			"e ps --format '{{.Names}}'\n"
			"e inspect -f '{{.Name}}: {{.Config.Cmd}} {{.State.Status}} {{.State.Pid}} "
			"{{.State.Running}} {{json "
			".Config.Env}}\\t{{.Config.User}}{{.Config.Entrypoint}}' "
			"one\n"
			"e inspect --format='{{json .State.ExitCode}}' one two\n"
			"[ \"$(e inspect -f '{{json .}}' one | jq -r .Id)\" = $id ]; e inspect -f "
			"json "
			"one | jq -e '.[0].Name == \"one\"' >/dev/null"),
		"two\tbusybox|Created\n.\none\tbusybox|Created\n.\n{\"b\":\"2\",\"a\":\"1\"} "
		"map[a:1 "
		"b:2]\n"
		"one: [sh -c a  b] created 0 false [\"A=x\"]\\t[]\n0\n0\n");
}

static void images_are_printed_by_their_fields(void **state)
{
	(void)state;
	assert_success(engine_script(
		"c=$(e create busybox true); id=$(e commit -m said -c 'ENV A=b' $c host:1/made:x)\n"
		"short=$(echo $id | cut -c8-19)\n"
		"is \"$(e images --format '{{.Repository}} {{.Tag}} {{.ID}}' | grep made)\" "
		"\"host:1/made x $short\"\n"
		"is \"$(e images --no-trunc --format '{{.ID}}' | grep -c $id)\" 1\n"
		"e images --format '{{.Size}} {{.CreatedSince}}' | grep -qE '^[0-9.]+[kM]B 1 "
		"second|[0-9] seconds ago'\n"
		"is \"$(e image inspect -f '{{.Id}} {{.Config.Env}} {{.Config.Cmd}}' $id)\" \"$id "
		"[A=b] [true]\"\n"
		"is \"$(e history --format '{{.CreatedBy}}/{{.Comment}}' $id | head -1)\" "
		"true/said\n"
		"e history --format json $id | jq -e -s '.[0].Comment == \"said\"' >/dev/null"));
}

static void the_rest_of_the_language_is_refused(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e create --name one busybox true >/dev/null\n"
		"for t in '{{range .Config.Env}}x{{end}}' '{{index .Config 1}}' '{{.Names | "
		"upper}}' "
		"'{{.Names' '{{}}' '{{json}}' '{{- .Names}}' '{{\"x\"}}' '{{.a b}}' '{{json .a "
		".b}}' "
		"'x{{.Names}}{{if .ID}}'; do\n"
		" refuses 125 'only {{.FIELD}}' e ps -a --format \"$t\"\n"
		" refuses 125 'only {{.FIELD}}' e inspect -f \"$t\" one\n"
		" refuses 125 'only {{.FIELD}}' e image inspect -f \"$t\" busybox; done\n"
		"for t in x 'table {{.Names}}' '' jsonx; do refuses 125 'must be table, json or' e "
		"ps "
		"--format \"$t\"; refuses 125 'must be table, json or' e history --format \"$t\" "
		"busybox; done\n"
		"refuses 125 'no field .Nope' e ps -a --format '{{.Nope}}'\n"
		"refuses 125 'no field .State.Nope' e inspect -f '{{.State.Nope}}' one\n"
		"refuses 125 'no field .Name.x' e inspect -f '{{.Name.x}}' one\n"
		"refuses 125 'no field .User' e inspect -f '{{.User}}' one"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(containers_are_printed_by_their_fields),
		host_test(images_are_printed_by_their_fields),
		host_test(the_rest_of_the_language_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
