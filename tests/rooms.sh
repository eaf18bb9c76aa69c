#!/bin/sh
# tests/rooms.sh: checks that each room of step 06 includes only headers of itself and of rooms
# below it, and that no two files include each other in a circle. NAME.c, NAME.h and the parts of
# NAME.c beside it, whose names begin with NAME_, count as one file. To the runtime a network is a
# namespace: of chapter 4, files in oci/ include only the headers for that.
cd "$(dirname "$0")/../steps/06-full" || exit 1
arrows=$(mktemp)
trap 'rm -f "$arrows"' EXIT

# The rooms from bottom to top. "top" is the program ./step-06.
rooms="oci/base oci/users oci/network oci/process oci/seccomp oci/terminal oci/rootfs oci/rdt oci/cgroup
oci/config oci/state oci/life oci/verbs oci engine/layer engine/store engine/image engine/container
engine/verbs top"

git ls-files -- '*.[ch]' ':!lab*' ':!precompile' | xargs grep -H '^#include "' |
	awk -F '[:"]' -v rooms="$rooms" -v arrows="$arrows" '
	function room(file) { return file ~ "/" ? substr(file, 1, match(file, "/[^/]*$") - 1) : "top" }
	function name(file) { sub(".*/", "", file); return file }
	# The file of which this file is a part, without .c or .h.
	function whole(file,   part, found) {
		sub("[.][ch]$", "", file)
		for (part = found = file; name(part) ~ "_"; ) {
			sub("_[^_]*$", "", part)
			if ((part ".c") in files)
				found = part
		}
		return found
	}
	BEGIN {
		count = split(rooms, names, " ")
		for (i = 1; i <= count; i++)
			floor[names[i]] = i
		while (("cd ../04-net && git ls-files -- \"*.h\"" | getline file) > 0)
			network[name(file)] = 1
		while (("git ls-files -- \"*.[ch]\" \":!lab*\" \":!precompile\"" | getline file) > 0) {
			files[file] = 1
			place[name(file)] = file
			if (!(room(file) in floor) && ++wrong)
				print file " is in no room that tests/rooms.sh knows"
		}
	}
	$1 ~ "^oci/" && $3 in network && $3 !~ "^(descriptor|loopback|netns|rtnl)[.]h$" && ++wrong {
		print $1 " includes " $3 ", of chapter 4"
	}
	!($3 in place) { next } # of a chapter before, or of common/
	{
		if (floor[room(place[$3])] > floor[room($1)] && ++wrong)
			print $1 " includes " $3 ", which is in " room(place[$3]) ", above"
		if (whole($1) != whole(place[$3]))
			print whole(place[$3]), whole($1) >arrows
	}
	END { exit wrong > 0 }' || wrong=1
circles=$(tsort "$arrows" 2>&1 >/dev/null) || { echo "these include each other in a circle: $circles" && wrong=1; }
exit "${wrong:-0}"
