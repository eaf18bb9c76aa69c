#include "condition.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum truth match_in(const struct packet *packet, const char *name)
{
	return packet_match_device(packet->in, name);
}

static enum truth match_out(const struct packet *packet, const char *name)
{
	return packet_match_device(packet->out, name);
}

static enum truth match_state(const struct packet *packet, const char *state)
{
	static const char *const names[] = { "invalid", "established", "related", "new" };
	uint32_t mask = (uint32_t)strtoul(state, NULL, 16);

	for (uint32_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(state, names[i]) == 0)
			mask = 1U << i;
	return truth_of(mask & packet_state(packet));
}

static enum truth match_status(const struct packet *packet, const char *status)
{
	if (strcmp(status, "dnat") == 0 || strtoul(status, NULL, 16) == 0x20)
		return truth_of(packet->is_published);
	return MAYBE;
}

static enum truth match_family(const struct packet *packet, const char *family)
{
	(void)packet;
	return truth_of(strcmp(family, "ipv4") == 0 || strcmp(family, "ip") == 0 ||
			strcmp(family, "2") == 0 || strcmp(family, "0x0800") == 0);
}

static enum truth match_network(const struct subnet *containers, const char *text)
{
	struct in_addr address;
	char network[16];
	unsigned int prefix = 32;

	if (sscanf(text, "%15[0-9.]/%u", network, &prefix) < 1 || strchr(text, '-') ||
	    inet_pton(AF_INET, network, &address) != 1 || prefix > 32)
		return MAYBE;
	return packet_match_network(containers, ntohl(address.s_addr),
				    prefix ? ~0U << (32 - prefix) : 0);
}

static enum truth match_source(const struct packet *packet, const char *text)
{
	return match_network(packet->source, text);
}

static enum truth match_destination(const struct packet *packet, const char *text)
{
	return match_network(packet->destination, text);
}

/* Containers use all protocols. TCP and UDP are those that they cannot do without. */
static enum truth match_protocol(const struct packet *packet, const char *protocol)
{
	(void)packet;
	return truth_and(MAYBE,
			 truth_of(strcmp(protocol, "tcp") == 0 || strcmp(protocol, "udp") == 0 ||
				  strcmp(protocol, "6") == 0 || strcmp(protocol, "17") == 0));
}

static const struct condition conditions[] = {
	{ { "iifname" }, match_in, false },
	{ { "iif" }, match_in, false },
	{ { "oifname" }, match_out, false },
	{ { "oif" }, match_out, false },
	{ { "ct", "state" }, match_state, false },
	{ { "ct", "status" }, match_status, false },
	{ { "nfproto" }, match_family, false },
	{ { "protocol" }, match_family, false },
	{ { "ip", "saddr" }, match_source, false },
	{ { "ip", "daddr" }, match_destination, false },
	{ { "ip", "protocol" }, match_protocol, true },
	{ { "l4proto" }, match_protocol, true },
};

const struct condition *condition_take(struct words *words)
{
	const size_t before = words->next;
	const size_t first = before + words_take(words, "meta");

	for (size_t i = 0; i < sizeof(conditions) / sizeof(*conditions); i++) {
		const char *const *begin = conditions[i].words;

		words->next = first;
		if (words_take(words, begin[0]) && (!begin[1] || words_take(words, begin[1])))
			return &conditions[i];
	}
	words->next = before;
	return NULL;
}

enum truth condition_match(const struct condition *condition, const struct packet *packet,
			   const char *list)
{
	char copy[1024], *rest = copy, *value;
	enum truth best = NO;

	snprintf(copy, sizeof(copy), "%s", list);
	while ((value = strsep(&rest, ", "))) {
		size_t length = strlen(value);
		enum truth truth;

		if (*value == '"' && length > 1) {
			value[length - 1] = '\0';
			value++;
		}
		truth = *value ? condition->match(packet, value) : NO;
		best = truth > best ? truth : best;
	}
	return best;
}
