/* iptables-legacy: the interface to the kernel that iptables had before nftables. */
#include <linux/netfilter_ipv4/ip_tables.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "file.h"
#include "firewall.h"

/* Whether the policy of FORWARD is to drop. Its rule stands where the chain's rules end. */
static bool policy_is_drop(const struct ipt_getinfo *info, const struct ipt_get_entries *entries)
{
	const char *table = (const char *)entries->entrytable;
	const struct ipt_entry *policy =
		(const struct ipt_entry *)(table + info->underflow[NF_INET_FORWARD]);
	const struct xt_standard_target *target =
		(const struct xt_standard_target *)((const char *)policy + policy->target_offset);

	return target->verdict == -NF_DROP - 1;
}

bool firewall_legacy_drops(void)
{
	autofree char *tables = file_read("/proc/net/ip_tables_names");
	autofree struct ipt_get_entries *entries = NULL;
	struct ipt_getinfo info = { .name = "filter" };
	socklen_t size = sizeof(info);
	autofd int fd = -1;

	/* To ask for a table that is not there would make it. */
	if (!tables || !strstr(tables, "filter\n"))
		return false;
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0 || getsockopt(fd, IPPROTO_IP, IPT_SO_GET_INFO, &info, &size) < 0)
		return false;
	size = (socklen_t)sizeof(*entries) + info.size;
	entries = calloc(1, size);
	if (!entries)
		return false;
	strcpy(entries->name, info.name);
	entries->size = info.size;
	if (getsockopt(fd, IPPROTO_IP, IPT_SO_GET_ENTRIES, entries, &size) < 0)
		return false;
	return policy_is_drop(&info, entries);
}
