#include "packet.h"

#include <linux/netfilter/nf_conntrack_common.h>
#include <stdio.h>
#include <string.h>

void packet_list(struct packet packets[PACKET_KINDS], const char *bridge,
		 const struct subnet *subnet, const char *uplink)
{
	for (int i = 0; i < PACKET_KINDS; i++) {
		bool goes_out = i & 1, is_new = i & 2;

		packets[i] = (struct packet){
			.source = goes_out ? subnet : NULL,
			.destination = goes_out ? NULL : subnet,
			.is_new = is_new,
			.is_published = goes_out != is_new,
		};
		strcpy(goes_out ? packets[i].in : packets[i].out, bridge);
		snprintf(goes_out ? packets[i].out : packets[i].in, IFNAMSIZ, "%s", uplink);
	}
}

enum truth truth_not(enum truth truth)
{
	return YES - truth;
}

enum truth truth_and(enum truth one, enum truth other)
{
	return one < other ? one : other;
}

enum truth truth_of(bool is_true)
{
	return is_true ? YES : NO;
}

enum truth packet_match_device(const char *device, const char *pattern)
{
	size_t length = strcspn(pattern, "*+");

	if (!*device)
		return MAYBE;
	if (pattern[length])
		return truth_of(strncmp(device, pattern, length) == 0);
	return truth_of(strcmp(device, pattern) == 0);
}

enum truth packet_match_network(const struct subnet *containers, uint32_t network, uint32_t mask)
{
	uint32_t last;

	if (mask == 0)
		return YES;
	if (!containers)
		return MAYBE;
	last = subnet_broadcast(containers);
	if ((containers->network & mask) == network && (last & mask) == network)
		return YES;
	return network < containers->network || network > last ? NO : MAYBE;
}

uint32_t packet_state(const struct packet *packet)
{
	return NF_CT_STATE_BIT(packet->is_new ? IP_CT_NEW : IP_CT_ESTABLISHED);
}
