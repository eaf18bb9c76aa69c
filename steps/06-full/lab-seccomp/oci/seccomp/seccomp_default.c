/*
 * Docker's default list of system calls, of which only the facts are taken:
 * github.com/moby/profiles, seccomp/default.json, commit 02e898b137ae. A test compares this list
 * with it.
 */
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "fail.h"
#include "seccomp_filter.h"

#define BIT(capability) (1ULL << (capability))
#define SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* Calls that every container may make. */
static const char always[] =
	"accept accept4 access adjtimex alarm bind brk cachestat capget capset chdir chmod "
	"chown chown32 clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 "
	"clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64 close close_range "
	"connect copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl "
	"epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 "
	"execve execveat exit exit_group faccessat faccessat2 fadvise64 fadvise64_64 fallocate "
	"fanotify_mark fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64 "
	"fdatasync fgetxattr flistxattr flock fork fremovexattr fsetxattr fstat fstat64 "
	"fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futex futex_requeue "
	"futex_time64 futex_wait futex_waitv futex_wake futimesat getcpu getcwd getdents "
	"getdents64 getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 "
	"getitimer getpeername getpgid getpgrp getpid getppid getpriority getrandom getresgid "
	"getresgid32 getresuid getresuid32 getrlimit get_robust_list getrusage getsid "
	"getsockname getsockopt get_thread_area gettid gettimeofday getuid getuid32 getxattr "
	"getxattrat inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel "
	"ioctl io_destroy io_getevents io_pgetevents io_pgetevents_time64 ioprio_get ioprio_set "
	"io_setup io_submit ipc kill landlock_add_rule landlock_create_ruleset "
	"landlock_restrict_self lchown lchown32 lgetxattr link linkat listen listmount "
	"listxattr listxattrat llistxattr _llseek lremovexattr lseek lsetxattr lstat lstat64 "
	"madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mkdir mkdirat "
	"mknod mknodat mlock mlock2 mlockall mmap mmap2 mprotect mq_getsetattr mq_notify "
	"mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 "
	"mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync munlock munlockall munmap "
	"name_to_handle_at nanosleep newfstatat _newselect open openat openat2 pause pidfd_open "
	"pidfd_send_signal pipe pipe2 pkey_alloc pkey_free pkey_mprotect poll ppoll "
	"ppoll_time64 prctl pread64 preadv preadv2 prlimit64 process_mrelease pselect6 "
	"pselect6_time64 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv "
	"recv recvfrom recvmmsg recvmmsg_time64 recvmsg remap_file_pages removexattr "
	"removexattrat rename renameat renameat2 restart_syscall riscv_hwprobe rmdir rseq "
	"rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend "
	"rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_getaffinity "
	"sched_getattr sched_getparam sched_get_priority_max sched_get_priority_min "
	"sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 "
	"sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield seccomp "
	"select semctl semget semop semtimedop semtimedop_time64 send sendfile sendfile64 "
	"sendmmsg sendmsg sendto setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 "
	"setgroups setgroups32 setitimer setpgid setpriority setregid setregid32 setresgid "
	"setresgid32 setresuid setresuid32 setreuid setreuid32 setrlimit set_robust_list setsid "
	"setsockopt set_thread_area set_tid_address setuid setuid32 setxattr setxattrat shmat "
	"shmctl shmdt shmget shutdown sigaltstack signalfd signalfd4 sigprocmask sigreturn "
	"socketcall socketpair splice stat stat64 statfs statfs64 statmount statx symlink "
	"symlinkat sync sync_file_range syncfs sysinfo tee tgkill time timer_create "
	"timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime "
	"timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime "
	"timerfd_settime64 times tkill truncate truncate64 ugetrlimit umask uname unlink "
	"unlinkat uretprobe utime utimensat utimensat_time64 utimes vfork vmsplice wait4 waitid "
	"waitpid write writev process_vm_readv process_vm_writev ptrace arch_prctl modify_ldt";

/*
 * Calls that need a capability. The filter refuses them to a container without it, so that fewer
 * bugs of the kernel can be reached.
 */
static const struct {
	uint64_t capability;
	const char *names;
} with_capability[] = {
	{ BIT(CAP_DAC_READ_SEARCH), "open_by_handle_at" },
	{ BIT(CAP_SYS_ADMIN),
	  "bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie "
	  "lsm_get_self_attr lsm_list_modules lsm_set_self_attr mount mount_setattr move_mount "
	  "open_tree perf_event_open quotactl quotactl_fd setdomainname sethostname setns syslog "
	  "umount umount2 unshare" },
	{ BIT(CAP_SYS_BOOT), "reboot" },
	{ BIT(CAP_SYS_CHROOT), "chroot" },
	{ BIT(CAP_SYS_MODULE), "delete_module init_module finit_module" },
	{ BIT(CAP_SYS_PACCT), "acct" },
	{ BIT(CAP_SYS_PTRACE), "kcmp pidfd_getfd process_madvise" },
	{ BIT(CAP_SYS_RAWIO), "iopl ioperm" },
	{ BIT(CAP_SYS_TIME), "settimeofday stime clock_settime clock_settime64" },
	{ BIT(CAP_SYS_TTY_CONFIG), "vhangup" },
	{ BIT(CAP_SYS_NICE), "get_mempolicy mbind set_mempolicy set_mempolicy_home_node" },
	{ BIT(CAP_SYSLOG), "syslog" },
	{ BIT(CAP_BPF), "bpf" },
	{ BIT(CAP_PERFMON), "perf_event_open" },
};

/*
 * The socket families that are allowed: all up to AF_ROSE, and these. AF_VSOCK is not allowed,
 * since it leads to the hypervisor. AF_ALG is not, since many bugs of the kernel were reached
 * through it. Families that are not used any more are left out as well.
 */
static const unsigned char socket_families[] = {
	AF_NETBEUI,   AF_SECURITY, AF_KEY,   AF_NETLINK, AF_PACKET,	AF_ASH, AF_RDS,
	AF_SNA,	      AF_PPPOX,	   AF_LLC,   AF_IB,	 AF_MPLS,	AF_CAN, AF_TIPC,
	AF_BLUETOOTH, AF_IUCV,	   AF_RXRPC, AF_PHONET,	 AF_IEEE802154, AF_NFC, AF_KCM,
	AF_QIPCRTR,   AF_SMC,	   AF_XDP,   AF_MCTP,
};

/*
 * Allowed: PER_LINUX and PER_LINUX32, both also with UNAME26, and the query of the current value.
 */
static const uint32_t personalities[] = { 0x0, 0x8, 0x20000, 0x20008, 0xffffffff };

enum { MAX = 1 + SIZE(with_capability) + 1 + SIZE(socket_families) + SIZE(personalities) + 2 };

static struct seccomp_rule *add(struct seccomp *filter, struct seccomp_rule *rules,
				const char *names)
{
	struct seccomp_rule *rule = &rules[filter->rule_count++];

	*rule = (struct seccomp_rule){ .names = names, .action = SCMP_ACT_ALLOW };
	return rule;
}

static void add_if(struct seccomp *filter, struct seccomp_rule *rules, const char *name,
		   enum scmp_compare comparison, uint64_t value)
{
	struct seccomp_rule *rule = add(filter, rules, name);

	rule->argument_count = 1;
	rule->arguments[0] = (struct scmp_arg_cmp){ 0, comparison, value, 0 };
}

/* Adds the calls that are allowed with certain values of their first argument alone. */
static void add_compared(struct seccomp *filter, struct seccomp_rule *rules, uint64_t bounding)
{
	/*
	 * TODO 7: add_if() adds a rule for a value. socket: a family below AF_ROSE + 1, or one of
	 * socket_families. personality: one of the list above.
	 *
	 * Without CAP_SYS_ADMIN in the bounding set, clone makes threads and processes, but no
	 * namespaces: all flags that clone(2) has for them, CLONE_NEW*, are 0: SCMP_CMP_MASKED_EQ,
	 * where the value is the mask. The flags of clone3 are in memory, which a filter cannot
	 * read. So clone3 gets the action SCMP_ACT_ERRNO(ENOSYS), and the C library uses clone
	 * instead.
	 */
	(void)socket_families;
	(void)personalities;
	(void)add_if;
	(void)filter;
	(void)rules;
	(void)bounding;
}

uint64_t seccomp_default_capabilities(uint64_t bounding)
{
	uint64_t asked = 0;

	for (size_t i = 0; i < SIZE(with_capability); i++)
		asked |= with_capability[i].capability;
	return bounding & asked;
}

int seccomp_default(struct seccomp *filter, uint64_t bounding)
{
	struct seccomp_rule *rules = calloc(MAX, sizeof(*rules));

	if (!rules)
		return fail("calloc");
	*filter = (struct seccomp){
		.rules = rules,
		.default_action = SCMP_ACT_ERRNO(EPERM),
		.architectures = { SCMP_ARCH_X86, SCMP_ARCH_X32 },
	};
	add(filter, rules, always);
	for (size_t i = 0; i < SIZE(with_capability); i++)
		if (bounding & with_capability[i].capability)
			add(filter, rules, with_capability[i].names);
	add_compared(filter, rules, bounding);
	return 0;
}
