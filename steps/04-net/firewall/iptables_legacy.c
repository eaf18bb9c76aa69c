#include <net/if.h> /* before the kernel's header, which then leaves out the same definitions */

#include <arpa/inet.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_state.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "file.h"
#include "iptables_legacy.h"

/* Compares the bytes of the name that the mask has. An empty mask matches any device. */
static enum truth match_device(const char *device, const char *name, const unsigned char *mask,
			       bool is_inverted)
{
	bool is_same = true;
	enum truth truth;

	if (!mask[0])
		return YES;
	for (size_t i = 0; i < IFNAMSIZ; i++)
		is_same = is_same && ((device[i] ^ name[i]) & mask[i]) == 0;
	truth = *device ? truth_of(is_same) : MAYBE;
	return is_inverted ? truth_not(truth) : truth;
}

static enum truth match_network(const struct subnet *containers, struct in_addr network,
				struct in_addr mask, bool is_inverted)
{
	enum truth truth =
		packet_match_network(containers, ntohl(network.s_addr), ntohl(mask.s_addr));

	return is_inverted ? truth_not(truth) : truth;
}

/* Judges the condition of a module. Only conditions on the connection's state are known. */
static enum truth match_module(const struct xt_entry_match *match, const struct packet *packet)
{
	const struct xt_conntrack_mtinfo3 *conntrack = (const void *)match->data;
	const struct xt_state_info *state = (const void *)match->data;
	uint32_t known = packet_state(packet);

	if (strcmp(match->u.user.name, "comment") == 0)
		return YES;
	if (strcmp(match->u.user.name, "state") == 0)
		return truth_of(state->statemask & known);
	if (strcmp(match->u.user.name, "conntrack") != 0 || match->u.user.revision != 3 ||
	    (conntrack->match_flags & ~XT_CONNTRACK_STATE_ALIAS) != XT_CONNTRACK_STATE)
		return MAYBE;
	if (packet->is_published)
		known |= XT_CONNTRACK_STATE_DNAT;
	return truth_of(!(conntrack->state_mask & known) ==
			!!(conntrack->invert_flags & XT_CONNTRACK_STATE));
}

static enum truth match_rule(const struct ipt_entry *rule, const struct packet *packet)
{
	const struct ipt_ip *ip = &rule->ip;
	const char *start = (const char *)rule;
	const unsigned int inverted = ip->invflags;
	const struct xt_entry_match *match;
	enum truth truth = ip->proto ? MAYBE : YES;
	enum truth in, out, source, destination;

	in = match_device(packet->in, ip->iniface, ip->iniface_mask, inverted & IPT_INV_VIA_IN);
	out = match_device(packet->out, ip->outiface, ip->outiface_mask,
			   inverted & IPT_INV_VIA_OUT);
	source = match_network(packet->source, ip->src, ip->smsk, inverted & IPT_INV_SRCIP);
	destination =
		match_network(packet->destination, ip->dst, ip->dmsk, inverted & IPT_INV_DSTIP);
	for (size_t at = sizeof(*rule); at < rule->target_offset; at += match->u.match_size) {
		match = (const struct xt_entry_match *)(start + at);
		truth = truth_and(truth, match_module(match, packet));
	}
	truth = truth_and(truth, truth_and(in, out));
	return truth_and(truth, truth_and(source, destination));
}

/* Follows the packet from the rule at this offset on, to a verdict or to the end of the chain. */
static enum fate follow(const char *table, size_t size, size_t at, const struct packet *packet,
			int depth)
{
	while (at < size && depth < PACKET_JUMPS_MAX) {
		const struct ipt_entry *rule = (const struct ipt_entry *)(table + at);
		const struct xt_standard_target *target =
			(const void *)((const char *)rule + rule->target_offset);
		const char *name = target->target.u.user.name;
		const enum truth truth = match_rule(rule, packet);
		size_t next = at + rule->next_offset;
		enum fate fate = PASSED_ON;

		at = next;
		if (truth != YES)
			continue;
		if (strcmp(name, "REJECT") == 0)
			return DROPPED;
		if (strcmp(name, "ERROR") == 0) /* the end of the table, or of the chain */
			return PASSED_ON;
		if (*name) /* a target without a verdict: the next rule follows */
			continue;
		if (target->verdict == -NF_ACCEPT - 1)
			return ACCEPTED;
		if (target->verdict == -NF_DROP - 1)
			return DROPPED;
		if (target->verdict < 0)
			return PASSED_ON;
		if ((size_t)target->verdict == next)
			continue;
		fate = follow(table, size, (size_t)target->verdict, packet, depth + 1);
		if (fate != PASSED_ON || rule->ip.flags & IPT_F_GOTO)
			return fate;
	}
	return PASSED_ON;
}

bool iptables_legacy_drops(const struct packet *packets)
{
	autofree char *tables = file_read("/proc/net/ip_tables_names");
	autofree struct ipt_get_entries *entries = NULL;
	struct ipt_getinfo info = { .name = "filter" };
	socklen_t size = sizeof(info);
	autofd int fd = -1;

	/* The kernel makes a missing table if it is asked for: ask only for one that is there. */
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
	for (int i = 0; i < PACKET_KINDS; i++)
		if (follow((const char *)entries->entrytable, info.size,
			   info.hook_entry[NF_INET_FORWARD], &packets[i], 0) == DROPPED)
			return true;
	return false;
}
