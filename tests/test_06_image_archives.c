/* Step 06, engine: archives of images: save and load, and what other tools say of them. */
#include "test_06_engine.h"

/* ---- save, load ---- */

static void what_was_saved_is_loaded_with_the_same_ids(void **state)
{
	(void)state;
	assert_success(engine_script(
		TREE
		"tar -C $d/tree -cf $d/a.tar .; e import $d/a.tar host:5000/one:1 >/dev/null\n"
		"e run --network none --name $t host:5000/one:1 sh -c 'rm /token; echo new >/new'\n"
		"e commit $t two >/dev/null; e tag two three; bare=$(e import -m x $d/a.tar)\n"
		"ids() { e images --no-trunc --format json \"$@\" | jq -r '.Id, .Digest, "
		".Repository' | sort; }\n"
		"ids >$d/ids; e save host:5000/one:1 two three:latest busybox $bare >$d/saved\n"
		"e save -o $d/file host:5000/one:1 two three busybox $bare; cmp $d/saved $d/file\n"
		"export STEP_STORE=$d/other; s=$STEP_STORE; e rmi busybox >/dev/null\n"
		"e load <$d/saved | sort | head -1 | grep -q 'Loaded image'; ids >$d/ids2; whole\n"
		"diff $d/ids $d/ids2; [ \"$(r --rm two cat /new)\" = new ]; no r --rm two cat "
		"/token\n"
		"keeps e load -q -i $d/saved | tee $d/out; grep -qx two:latest $d/out\n"
		"gzip <$d/saved | e load >/dev/null; zstd -q <$d/saved | e load >/dev/null; whole\n"
		"ids >$d/ids2; diff $d/ids $d/ids2"));
}

static void a_save_that_fails_leaves_no_file(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; refuses 125 'no such image' e save -o $d/out busybox "
		"nothing\n"
		"[ ! -e $d/out ]; mkdir $d/small; mount -t tmpfs -o size=200k none $d/small\n"
		"trap 'umount $d/small; finish' EXIT\n"
		"refuses 125 ENOSPC e save -o $d/small/out busybox; [ ! -e $d/small/out ]\n"
		"refuses 125 ENOSPC sh -c './step-06 save busybox >/dev/full'\n"
		"[ -z \"$(ls $d/small)\" ]"));
}

static void the_memory_for_a_compressed_archive_is_limited(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e save -o $d/a.tar busybox; head -c 40m /dev/zero | cat $d/a.tar - >$d/long\n"
		"zstd -q --long=31 -c <$d/long >$d/31; zstd -q --long=25 -c <$d/long >$d/25\n"
		"xz -6 <$d/a.tar >$d/xz; gzip <$d/a.tar >$d/gz\n"
		"export STEP_STORE=$d/other; s=$STEP_STORE; e rmi busybox >/dev/null\n"
		"bad() { keeps refuses 125 \"the archive's $1 data need more than $2 bytes of "
		"memory\" e load \"--limit-window=$2\" -i $d/$3; }\n"
		"keeps refuses 125 'more than 134217728 bytes' e load -i $d/31\n"
		"bad zstd 16777216 25; bad zstd 1024 25; bad xz 2000000 xz; whole\n"
		"for file in 25 xz gz; do e load -qi $d/$file >$d/o; is $(cat $d/o) "
		"busybox:latest\n"
		" e rmi busybox >/dev/null; done; whole\n"
		"e load --limit-window=2g -qi $d/31 >$d/o; whole"));
}

/* Bytes that are missing or wrong in a compressed archive are its own, not a layer's. */
static void a_damaged_compressed_archive_is_refused(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e save -o $d/a.tar busybox; gzip <$d/a.tar >$d/gzip; zstd -q <$d/a.tar >$d/zstd\n"
		"xz -1 <$d/a.tar >$d/xz; export STEP_STORE=$d/other; s=$STEP_STORE\n"
		"e rmi busybox >/dev/null; for kind in gzip zstd xz; do\n"
		" head -c -5 $d/$kind >$d/short\n"
		" keeps refuses 125 \"the archive's $kind data end\" e load -i $d/short\n"
		" (head -c 100000 $d/$kind; head -c 100 /dev/zero; tail -c +100101 $d/$kind) "
		">$d/wrong\n"
		" keeps refuses 125 \"the archive's $kind data are damaged\" e load -i "
		"$d/wrong\n"
		"done; whole"));
}

static void a_damaged_blob_is_not_saved(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; blob=$(ls -S $s/blobs/sha256 | head -1)\n"
		"printf x | dd of=$s/blobs/sha256/$blob conv=notrunc bs=1 seek=5000 status=none\n"
		"refuses 125 $blob e save -o $d/out busybox; [ ! -e $d/out ]"));
}

/* $old: an archive as Docker 1.10 to 24 wrote it, with a layer twice, the second one as a link. */
#define OLD_ARCHIVE                                                                                \
	TREE "mkdir -p $d/old/aaa $d/old/bbb $d/old/ccc $d/up\n"                                   \
	     "tar -C $d/tree -cf $d/old/aaa/layer.tar .; echo upper >$d/up/upper; echo "           \
	     ">$d/up/.wh.etc\n"                                                                    \
	     "tar -C $d/up -cf $d/old/bbb/layer.tar upper .wh.etc; ln -s ../bbb/layer.tar "        \
	     "$d/old/ccc/layer.tar\n"                                                              \
	     "one=$(sum $d/old/aaa/layer.tar)\n"                                                   \
	     "two=$(sum $d/old/bbb/layer.tar)\n"                                                   \
	     "jq -nc --arg one sha256:$one --arg two sha256:$two '{architecture: \"amd64\", os: "  \
	     "\"linux\", config: {Cmd: [\"cat\", \"/token\"]}, created: "                          \
	     "\"2020-01-02T03:04:05Z\", "                                                          \
	     "rootfs: {type: \"layers\", diff_ids: [$one, $two, $two]}}' >$d/old/config\n"         \
	     "id=$(sum $d/old/config); mv $d/old/config $d/old/$id.json\n"                         \
	     "manifest() { jq -nc --arg config $id.json '[{Config: $config, RepoTags: "            \
	     "[\"old:1\", "                                                                        \
	     "\"Old:No\", \"me/old:2\"], Layers: [\"aaa/layer.tar\", \"bbb/layer.tar\", "          \
	     "\"ccc/layer.tar\"]}]' | jq \"${1:-.}\" >$d/old/manifest.json; }; manifest\n"

static void an_archive_of_an_old_docker_is_loaded(void **state)
{
	(void)state;
	assert_prints(engine_script(OLD_ARCHIVE
				    "echo '{\"old\":{\"1\":\"ccc\"}}' >$d/old/repositories\n"
				    "tar -C $d/old -cf $d/old.tar .; e images >/dev/null; e load "
				    "-i $d/old.tar\n"
				    "[ $(e image inspect old:1 | jq -r '.[0].Id') = sha256:$id ]\n"
				    "[ $(r --rm me/old:2) = $t ]; r --rm old:1 cat /upper; no r "
				    "--rm old:1 ls /etc/passwd 2>/dev/null\n"
				    "whole; keeps e load -qi $d/old.tar; e image inspect old:1 | "
				    "jq -c '.[0].RepoTags'\n"
				    "e rmi old:1 me/old:2 >/dev/null; whole; ls $s/layers | wc -l\n"
				    "gzip <$d/old.tar | e load -q; whole"),
		      "Loaded image: old:1\nLoaded image: me/old:2\nupper\nold:1\nme/old:2\n"
		      "[\"old:1\",\"me/old:2\"]\n1\nold:1\nme/old:2\n");
}

static void an_archive_of_docker_without_a_double_layer_is_loaded(void **state)
{
	(void)state;
	assert_prints(
		engine_script(
			OLD_ARCHIVE
			"jq -c 'del(.rootfs.diff_ids[2])' $d/old/$id.json >$d/config; rm "
			"$d/old/$id.json\n"
			"id=$(sum $d/config); cp $d/config $d/old/$id.json; manifest '.[0].Layers "
			"|= .[:2]'\n"
			"rm -r $d/old/ccc; tar -C $d/old -cf $d/old.tar .; e images >/dev/null\n"
			"e load -q -i $d/old.tar; is $(inspect old:1 .Id) sha256:$id; is $(r --rm "
			"old:1) $t\n"
			"r --rm me/old:2 cat /upper; no r --rm old:1 ls /etc/passwd 2>/dev/null; "
			"whole\n"
			"keeps e load -q -i $d/old.tar >/dev/null; e rmi old:1 me/old:2 "
			">/dev/null; whole"),
		"old:1\nme/old:2\nupper\n");
}

static void a_damaged_archive_of_docker_is_refused(void **state)
{
	(void)state;
	assert_success(engine_script(
		OLD_ARCHIVE
		"e images >/dev/null; cp -a $d/old $d/good\n"
		"bad() { tar -C $d/old -cf $d/old.tar .; keeps refuses 125 \"$1\" e load -i "
		"$d/old.tar\n"
		" rm -r $d/old; cp -a $d/good $d/old; }\n"
		"echo x >>$d/old/bbb/layer.tar; dd if=/dev/urandom of=$d/old/aaa/layer.tar bs=512 "
		"count=1 seek=900 conv=notrunc status=none; bad aaa/layer.tar\n"
		"rm $d/old/bbb/layer.tar; bad /layer.tar\n"
		"rm $d/old/ccc/layer.tar; ln -s ../ccc/layer.tar $d/old/ccc/layer.tar; bad "
		"ccc/layer.tar\n"
		"rm $d/old/ccc/layer.tar; ln -s /etc/passwd $d/old/ccc/layer.tar; bad "
		"ccc/layer.tar\n"
		"rm $d/old/$id.json; bad $id.json\n"
		"echo '{}' >$d/old/$id.json; bad rootfs\n"
		"echo 'no JSON' >$d/old/$id.json; bad 'line 1'\n"
		"echo '{}' >$d/old/manifest.json; bad manifest.json\n"
		"echo '[]' >$d/old/manifest.json; bad 'names no image'\n"
		"echo 'no JSON' >$d/old/manifest.json; bad manifest.json\n"
		"manifest '[{}]'; bad Config\n"
		"manifest '.[0].Layers = 7 | .'; bad Layers\n"
		"manifest '.[0].Layers = [\"../../../../etc/passwd\"] | .'; bad :\n"
		"manifest '.[0].Layers |= .[:2]'; bad layer\n"
		"manifest '.[0].Layers |= . + [\"bbb/layer.tar\"]'; bad layer\n"
		"manifest '.[0].Layers |= [.[1], .[0], .[2]]'; bad bbb/layer.tar\n"
		"manifest '.[0].Config = \"manifest.json\"'; bad object\n"
		"rm $d/old/manifest.json; bad 'neither manifest.json nor index.json'\n"
		"tar -C $d/old -cf $d/old.tar .; size=$(stat -c %s $d/old.tar)\n"
		"for part in 0 1 511 512 1024 $((size / 3)) $((size / 2)) $((size * 2 / 3)); do\n"
		" head -c $part $d/old.tar >$d/cut.tar; keeps refuses 125 : e load -i $d/cut.tar; "
		"done\n"
		"whole"));
}

static void a_damaged_layout_is_refused(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; mkdir $d/good; e save busybox | tar -x -C $d/good\n"
		"rm -f $d/good/manifest.json $d/good/repositories; cp -a $d/good $d/l\n"
		"m=$(jq -r '.manifests[0].digest[7:]' $d/good/index.json)\n"
		"c=$(jq -r '.config.digest[7:]' $d/good/blobs/sha256/$m)\n"
		"b=$(jq -r '.layers[0].digest[7:]' $d/good/blobs/sha256/$m)\n"
		"export STEP_STORE=$d/other; s=$STEP_STORE; e rmi busybox >/dev/null\n"
		"bad() { tar -C $d/l -cf $d/l.tar .; keeps refuses 125 \"$1\" e load -i $d/l.tar\n"
		" rm -r $d/l; cp -a $d/good $d/l; }\n"
		"index() { jq \"$1\" $d/good/index.json >$d/l/index.json; }\n"
		/* `changed BLOB PROGRAM`: the blob with another content, and its new digest in the
		   list. */
		"manifest() { jq -c \"$1\" $d/good/blobs/sha256/$m >$d/m\n"
		" new=$(sha256sum $d/m | cut -d' ' -f1); mv $d/m $d/l/blobs/sha256/$new\n"
		" index \".manifests[0].digest = \\\"sha256:$new\\\"\"; }\n"
		"for blob in $m $c $b; do part=$blob; [ $blob != $b ] || part=layer\n"
		" rm $d/l/blobs/sha256/$blob; bad $blob; echo >$d/l/blobs/sha256/$blob; bad $part\n"
		" printf '\\n' >>$d/l/blobs/sha256/$blob; bad $part\n"
		" rm $d/l/blobs/sha256/$blob; ln -s /etc/passwd $d/l/blobs/sha256/$blob; bad "
		"$blob\n"
		"done\n"
		"index '.manifests[0].digest = \"sha256:../../../etc/passwd\"'; bad digest\n"
		"index '.manifests[0].digest = \"md5:1\"'; bad digest\n"
		"index '.manifests[0].digest = 7'; bad digest\n"
		"index '.manifests = []'; bad 'names no image'\n"
		"index '.manifests = 7'; bad index.json\n"
		"index '.manifests = [7]'; bad index.json\n"
		"echo '[' >$d/l/index.json; bad index.json\n"
		"manifest '.mediaType = \"application/vnd.oci.image.index.v1+json\"'; bad 'no "
		"manifest of one'\n"
		"manifest 'del(.config)'; bad config\n"
		"manifest '.layers = {}'; bad layers\n"
		"manifest '.layers = []'; bad layer\n"
		"manifest '.layers += .layers'; bad layer\n"
		"manifest '.layers[0].mediaType = \"text/plain\"'; bad text/plain\n"
		"manifest '.layers[0].size = 3'; bad size\n"
		"manifest '.config.digest = \"sha256:0\"'; bad digest\n"
		"manifest '.config.digest = .layers[0].digest'; bad $b\n"
		"whole; tar -C $d/l -cf $d/l.tar .; e load -qi $d/l.tar; whole"));
}

static void a_layout_with_several_manifests_gives_this_machines(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; mkdir $d/l; e save busybox | tar -x -C $d/l; rm -f "
		"$d/l/manifest.json\n"
		"jq '.manifests[0]' $d/l/index.json >$d/entry\n"
		"jq -n --slurpfile e $d/entry '{schemaVersion: 2, mediaType: "
		"\"application/vnd.oci.image.index.v1+json\", manifests: [($e[0] + {digest: "
		"(\"sha256:\" + \"0\" * 64), platform: {os: \"linux\", architecture: \"s390\"}}), "
		"($e[0] + {platform: {os: \"linux\", architecture: $arch}})]}' --arg arch \"$(jq "
		"-r .architecture $d/l/blobs/sha256/$(jq -r '.config.digest[7:]' "
		"$d/l/blobs/sha256/$(jq -r '.digest[7:]' $d/entry)))\" >$d/list\n"
		"sum=$(sha256sum $d/list | cut -d' ' -f1); cp $d/list $d/l/blobs/sha256/$sum\n"
		"jq --arg d sha256:$sum --argjson size $(stat -c %s $d/list) '.manifests = "
		"[{mediaType: \"application/vnd.oci.image.index.v1+json\", digest: $d, size: "
		"$size, annotations: {\"org.opencontainers.image.ref.name\": \"many:1\"}}]' "
		"$d/l/index.json >$d/i\n"
		"mv $d/i $d/l/index.json; tar -C $d/l -cf $d/l.tar .; e load -i $d/l.tar "
		">/dev/null\n"
		"[ $(r --rm many:1 echo hello) = hello ]; whole"));
}

/* ---- Other tools ---- */

static void archives_of_skopeo_are_loaded(void **state)
{
	need_program("skopeo");
	(void)state;
	assert_success(engine_script(
		TREE
		"tar -C $d/tree -cf $d/a.tar .; id=$(e import -c 'CMD cat /token' $d/a.tar one:1)\n"
		"skopeo copy -q oci:$s:one:1 oci-archive:$d/oci.tar:one:1\n"
		"skopeo copy -q oci:$s:one:1 docker-archive:$d/docker.tar:one:1\n"
		"skopeo copy -q --dest-compress --dest-compress-format zstd oci:$s:one:1 "
		"oci-archive:$d/zstd.tar:zstd:1\n"
		"skopeo copy -q oci:$s:one:1 oci-archive:$d/bare.tar\n"
		"for a in oci docker zstd bare; do (\n"
		" export STEP_STORE=$d/store-$a; s=$STEP_STORE; e images >/dev/null\n"
		" printed=$(e load -i $d/$a.tar); name=one:1\n"
		" case $a in zstd) name=zstd:1;; bare) name=$id;; esac\n"
		" [ $(r --rm $name) = $t ] || { echo $a: $printed; exit 9; }; whole\n"
		" [ $a = docker ] || [ $(e image inspect $name | jq -r '.[0].Id') = $id ]\n"
		") || exit; done"));
}

static void skopeo_reads_the_store_and_what_was_saved(void **state)
{
	need_program("skopeo");
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; e tag busybox host:5000/a/b:tag\n"
		"skopeo inspect oci:$s:busybox:latest | jq -e '.Layers | length == 1' >/dev/null\n"
		"skopeo inspect oci:$s:host:5000/a/b:tag >/dev/null\n"
		"m=$(e image inspect busybox | jq -r '.[0].Digest')\n"
		"[ $(skopeo inspect --format '{{.Digest}}' oci:$s:busybox:latest) = $m ]\n"
		"e save -o $d/s.tar busybox\n"
		"skopeo inspect oci-archive:$d/s.tar >/dev/null\n"
		"skopeo inspect docker-archive:$d/s.tar >/dev/null\n"
		"skopeo copy -q docker-archive:$d/s.tar dir:$d/dir"));
}

static void umoci_reads_the_store(void **state)
{
	need_program("umoci");
	(void)state;
	assert_prints(
		engine_script(
			TREE
			"tar -C $d/tree -cf $d/a.tar .; e import $d/a.tar one >/dev/null\n"
			"umoci ls --layout $s | sort; umoci stat --image $s:one:latest >/dev/null\n"
			"umoci unpack --image $s:one:latest $d/bundle >/dev/null 2>&1\n"
			"[ $(cat $d/bundle/rootfs/token) = $t ]; whole"),
		"busybox:latest\none:latest\n");
}

static void an_image_that_cannot_be_pulled_is_one_line(void **state)
{
	(void)state;
	assert_success(engine_script(
		"e images >/dev/null; keeps refuses 125 skopeo e pull localhost:1/nothing\n"
		"keeps refuses 125 'no such image' e push busybox:nothing\n"
		"e tag busybox localhost:1/busybox; keeps refuses 125 skopeo e push "
		"localhost:1/busybox\n"
		"keeps refuses 125 'no such image' e push localhost:1/other; whole"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(what_was_saved_is_loaded_with_the_same_ids),
		host_test(a_save_that_fails_leaves_no_file),
		host_test(the_memory_for_a_compressed_archive_is_limited),
		host_test(a_damaged_compressed_archive_is_refused),
		host_test(a_damaged_blob_is_not_saved),
		host_test(an_archive_of_an_old_docker_is_loaded),
		host_test(an_archive_of_docker_without_a_double_layer_is_loaded),
		host_test(a_damaged_archive_of_docker_is_refused),
		host_test(a_damaged_layout_is_refused),
		host_test(a_layout_with_several_manifests_gives_this_machines),
		host_test(archives_of_skopeo_are_loaded),
		host_test(skopeo_reads_the_store_and_what_was_saved),
		host_test(umoci_reads_the_store),
		host_test(an_image_that_cannot_be_pulled_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
