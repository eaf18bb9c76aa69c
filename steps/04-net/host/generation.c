#include "generation.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "nft.h"
#include "rtnl.h"

#define RECORD "rules" /* in the pool's directory */

static int note_number(struct nl_msg *message, void *data)
{
	const struct nlattr *number = rtnl_attribute(message, sizeof(struct nfgenmsg), NFTA_GEN_ID);

	*(uint32_t *)data = number ? ntohl(nla_get_u32(number)) : 0;
	return NL_STOP;
}

uint32_t generation_read(void)
{
	autortnl struct rtnl rtnl = { 0 };
	uint32_t number = 0;

	if (rtnl_open(&rtnl, NETLINK_NETFILTER) == 0) {
		rtnl_begin(&rtnl, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN, 0,
			   sizeof(struct nfgenmsg));
		if (rtnl_dump(&rtnl, note_number, &number, "NFT_MSG_GETGEN") == 0)
			return number;
	}
	fail_forget();
	return 0;
}

uint32_t generation_recorded(int pool)
{
	autofd int record = openat(pool, RECORD, O_RDONLY | O_CLOEXEC);
	uint32_t number = 0;

	return record >= 0 && read(record, &number, sizeof(number)) == sizeof(number) ? number : 0;
}

bool generation_is_ours(int pool)
{
	const uint32_t recorded = generation_recorded(pool);

	return recorded != 0 && recorded == generation_read();
}

void generation_record(int pool, uint32_t before)
{
	const uint32_t now = generation_read();
	autofd int record = -1;

	if (before == 0 || now != before + nft_changes())
		return;
	record = openat(pool, RECORD, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (record >= 0 && pwrite(record, &now, sizeof(now), 0) < 0)
		unlinkat(pool, RECORD, 0);
}

void generation_forget(int pool)
{
	unlinkat(pool, RECORD, 0);
}
