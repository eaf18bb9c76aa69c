#include "antispoof.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>

#include "fail.h"
#include "link.h"

/* Classic BPF, the kernel's language for packet filters. A program returns the verdict. */
#define LOAD(size, offset) BPF_STMT(BPF_LD | (size) | BPF_ABS, (uint32_t)(offset))
#define RETURN(verdict)	   BPF_STMT(BPF_RET | BPF_K, verdict)
/* Skip `count` instructions if the loaded value is this one, or unless it is. */
#define SKIP_IF(value, count)	  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, count, 0)
#define SKIP_UNLESS(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count)
/* Drops the frame if it has another value at the offset. */
#define REQUIRE(size, offset, value) LOAD(size, offset), SKIP_IF(value, 1), RETURN(TC_ACT_SHOT)
#define REQUIRE_LENGTH(length)                                                                     \
	BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, length, 1, 0),  \
		RETURN(TC_ACT_SHOT)

enum { IP_HEADER = 20, ARP_MESSAGE = 28 };

/*
 * Adds the filter to the device's ingress queueing discipline. A load from beyond the frame's end
 * ends the program with 0, which is TC_ACT_OK. So the program looks at the frame's length first.
 */
static int add_filter(struct rtnl *rtnl, const char *name, int index, struct in_addr address)
{
	const uint32_t ip = ntohl(address.s_addr);
	const uint32_t mac = LINK_MAC_PREFIX << 16 | ip >> 16, mac_end = ip & 0xffff;
	const struct sock_filter program[] = {
		REQUIRE_LENGTH(ETH_HLEN + IP_HEADER),
		REQUIRE(BPF_W, SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT, 0),
		REQUIRE(BPF_W, 6, mac),
		REQUIRE(BPF_H, 10, mac_end),
		LOAD(BPF_H, 12),
		SKIP_UNLESS(ETH_P_IP, 7),
		/* IPv4: the source, and the first byte of the destination. */
		REQUIRE(BPF_W, 26, ip),
		LOAD(BPF_B, 30),
		SKIP_UNLESS(127, 1),
		RETURN(TC_ACT_SHOT),
		RETURN(TC_ACT_OK),
		/* ARP, for IPv4 over Ethernet: the sender's addresses; 0.0.0.0 is a probe. */
		SKIP_IF(ETH_P_ARP, 1),
		RETURN(TC_ACT_SHOT),
		REQUIRE_LENGTH(ETH_HLEN + ARP_MESSAGE),
		REQUIRE(BPF_W, 14, ARPHRD_ETHER << 16 | ETH_P_IP),
		REQUIRE(BPF_H, 18, 6 << 8 | 4),
		REQUIRE(BPF_W, 22, mac),
		REQUIRE(BPF_H, 26, mac_end),
		LOAD(BPF_W, 28),
		SKIP_IF(0, 2),
		SKIP_IF(ip, 1),
		RETURN(TC_ACT_SHOT),
		RETURN(TC_ACT_OK),
	};
	struct tcmsg *message =
		rtnl_begin(rtnl, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, sizeof(*message));
	struct nlattr *options;

	message->tcm_ifindex = index;
	message->tcm_parent = TC_H_MAJ(TC_H_INGRESS);
	message->tcm_info = TC_H_MAKE(1 << 16, htons(ETH_P_ALL));
	nla_put_string(rtnl->message, TCA_KIND, "bpf");
	options = nla_nest_start(rtnl->message, TCA_OPTIONS);
	nla_put_u16(rtnl->message, TCA_BPF_OPS_LEN, sizeof(program) / sizeof(*program));
	nla_put(rtnl->message, TCA_BPF_OPS, sizeof(program), program);
	nla_put_u32(rtnl->message, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	nla_nest_end(rtnl->message, options);
	return rtnl_send(rtnl, "RTM_NEWTFILTER bpf on %s", name);
}

static int add_ingress(struct rtnl *rtnl, const char *name, int index)
{
	struct tcmsg *message =
		rtnl_begin(rtnl, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, sizeof(*message));

	message->tcm_ifindex = index;
	message->tcm_parent = TC_H_INGRESS;
	message->tcm_handle = TC_H_MAJ(TC_H_INGRESS);
	nla_put_string(rtnl->message, TCA_KIND, "ingress");
	return rtnl_send(rtnl, "RTM_NEWQDISC ingress on %s", name);
}

int antispoof_attach(struct rtnl *rtnl, const char *name, struct in_addr address)
{
	int index = (int)if_nametoindex(name);

	if (index == 0)
		return fail("if_nametoindex %s", name);
	if (add_ingress(rtnl, name, index) == 0 && add_filter(rtnl, name, index, address) == 0)
		return 0;
	if (rtnl->refused != ENOENT && rtnl->refused != EOPNOTSUPP)
		return -1;
	fail_forget();
	fail_warn("this kernel has no packet filters for a device (its modules are sch_ingress and "
		  "cls_bpf): the container can send with other containers' addresses");
	return 0;
}
