#include "directory_ids.h"

#include <sys/stat.h>

enum { IDS_MAX = HIERARCHIES_MAX + 1 };

void directory_ids_add(struct directory_ids *ids, int directory)
{
	struct stat status;

	ids->known = true;
	if (directory < 0 || ids->count == IDS_MAX || fstat(directory, &status) < 0)
		return;
	ids->list[ids->count].device = (json_int_t)status.st_dev;
	ids->list[ids->count++].inode = (json_int_t)status.st_ino;
}

bool directory_ids_has(const struct directory_ids *ids, int directory)
{
	struct stat status;

	if (!ids || !ids->known)
		return true;
	if (fstat(directory, &status) < 0)
		return false;
	for (size_t i = 0; i < ids->count; i++)
		if (ids->list[i].device == (json_int_t)status.st_dev &&
		    ids->list[i].inode == (json_int_t)status.st_ino)
			return true;
	return false;
}

json_t *directory_ids_write(const struct directory_ids *ids)
{
	json_t *array = ids->known ? json_array() : json_null();

	for (size_t i = 0; i < ids->count; i++)
		json_array_append_new(array,
				      json_pack("[I, I]", ids->list[i].device, ids->list[i].inode));
	return array;
}

void directory_ids_read(struct directory_ids *ids, const json_t *json)
{
	size_t i;
	json_t *pair;

	*ids = (struct directory_ids){ .known = json_is_array(json) };
	json_array_foreach(json, i, pair)
	{
		if (ids->count == IDS_MAX)
			break;
		ids->list[ids->count].device = json_integer_value(json_array_get(pair, 0));
		ids->list[ids->count++].inode = json_integer_value(json_array_get(pair, 1));
	}
}
