#include "rules.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "bridge.h"
#include "cleanup.h"
#include "conntrack.h"
#include "fail.h"
#include "firewall.h"
#include "generation.h"
#include "nat.h"
#include "nft.h"
#include "ports.h"
#include "uplink.h"

/* The commands for nft about one bridge. */
struct commands {
	FILE *out;
	const char *bridge;
};

static void print_port(const struct port *port, struct in_addr address, void *data)
{
	const struct commands *commands = data;

	nat_print_port(commands->out, commands->bridge, port, address);
}

static int print_lease(int pool, const struct lease *lease, void *data)
{
	const struct commands *commands = data;

	if (strcmp(lease->bridge, commands->bridge) != 0)
		return 0;
	return ports_each(pool, lease, print_port, data);
}

/* Makes the table of the bridge, with the ports of all its leases. */
static int make_table(int pool, const char *bridge)
{
	struct commands commands = { .bridge = bridge };
	autofree char *text = NULL;
	char uplink[IFNAMSIZ];
	const char *chains, *problem;
	struct subnet subnet;
	size_t size;
	int printed;

	if (!bridge_parse(bridge, &subnet))
		return fail_input("%s is not the name of a bridge of ours", bridge);
	commands.out = open_memstream(&text, &size);
	if (!commands.out)
		return fail("open_memstream");
	nat_print_table(commands.out, bridge, &subnet);
	printed = pool_each(pool, print_lease, &commands);
	if (fclose(commands.out) != 0)
		return fail("fclose");
	if (printed < 0)
		return -1;
	chains = nft_run(&problem, "%s", text);
	if (!chains)
		return fail_input("nft table %s: %s; `make doctor` says what a bridge needs",
				  bridge, problem);
	uplink_find(uplink);
	firewall_pass(bridge, &subnet, uplink, chains);
	return 0;
}

static int publish_ports(int pool, const struct lease *lease)
{
	struct commands commands = { .bridge = lease->bridge };
	autofree char *text = NULL;
	const char *problem;
	size_t size;
	int printed;

	commands.out = open_memstream(&text, &size);
	if (!commands.out)
		return fail("open_memstream");
	printed = print_lease(pool, lease, &commands);
	if (fclose(commands.out) != 0)
		return fail("fclose");
	if (printed < 0)
		return -1;
	if (!nft_run(&problem, "%s", text))
		return fail_input("nft rules to publish ports: %s", problem);
	return 0;
}

static void forget_port(const struct port *port, struct in_addr address, void *data)
{
	(void)address;
	(void)data;
	if (port->udp)
		conntrack_forget_udp(port->host, port->host_port);
}

/* Deletes UDP connections to the ports: the kernel applies new rules to new connections only. */
static int forget_ports(int pool, const struct lease *lease, void *data)
{
	return ports_each(pool, lease, forget_port, data);
}

/* The bridges whose tables are made already. */
struct made {
	char bridges[64][IFNAMSIZ];
	size_t count;
};

static int make_table_once(int pool, const struct lease *lease, void *data)
{
	struct made *made = data;

	for (size_t i = 0; i < made->count; i++)
		if (strcmp(made->bridges[i], lease->bridge) == 0)
			return 0;
	if (made->count < sizeof(made->bridges) / sizeof(*made->bridges))
		strcpy(made->bridges[made->count++], lease->bridge);
	return make_table(pool, lease->bridge);
}

/* The argument of a worker. */
struct task {
	int pool;
	const struct lease *lease;
};

static int make_all(void *argument)
{
	const struct task *task = argument;
	const uint32_t before = generation_read();
	struct made made = { .count = 0 };

	if (pool_each(task->pool, make_table_once, &made) < 0)
		return -1;
	if (pool_each(task->pool, forget_ports, NULL) < 0)
		return -1;
	generation_record(task->pool, before);
	return 0;
}

static int make_bridge(void *argument)
{
	const struct task *task = argument;

	if (make_table(task->pool, task->lease->bridge) < 0)
		return -1;
	if (forget_ports(task->pool, task->lease, NULL) < 0)
		return -1;
	generation_record(task->pool, generation_recorded(task->pool));
	return 0;
}

static int publish(void *argument)
{
	const struct task *task = argument;

	if (publish_ports(task->pool, task->lease) < 0) {
		/* Another program has flushed the rules meanwhile: make all of them again. */
		fail_forget();
		return make_all(argument);
	}
	if (forget_ports(task->pool, task->lease, NULL) < 0)
		return -1;
	generation_record(task->pool, generation_recorded(task->pool));
	return 0;
}

int rules_start(struct worker *worker, int pool, const struct lease *lease, bool is_first,
		bool has_ports)
{
	struct task task = { pool, lease };

	if (!generation_is_ours(pool))
		return worker_start(worker, make_all, &task);
	if (is_first)
		return worker_start(worker, make_bridge, &task);
	return has_ports ? worker_start(worker, publish, &task) : 0;
}

/* The address of the container marks the rules of its ports. */
static int withdraw(void *argument)
{
	const struct task *task = argument;
	char commands[64];

	snprintf(commands, sizeof(commands), "list chain ip %s published", task->lease->bridge);
	nft_delete_marked(commands, inet_ntoa(task->lease->address));
	generation_record(task->pool, generation_recorded(task->pool));
	return 0;
}

void rules_withdraw(int pool, const struct lease *lease)
{
	struct task task = { pool, lease };

	worker_run(withdraw, &task);
}

static int remove_all(void *argument)
{
	const struct task *task = argument;
	const char *bridge = task->lease->bridge;

	firewall_undo(bridge);
	/* nft adds the table first, so that it is no error if there is none. */
	nft_run(NULL, "table ip %s; delete table ip %s", bridge, bridge);
	generation_record(task->pool, generation_recorded(task->pool));
	return 0;
}

void rules_remove(int pool, const struct lease *lease)
{
	struct task task = { pool, lease };

	worker_run(remove_all, &task);
}
