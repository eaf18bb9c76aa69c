#include "rdt_update.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cleanup.h"
#include "fail.h"
#include "processes.h"

enum { PASSES_MAX = 10 };

struct movement {
	const char *class;
	int count; /* of threads; -1: one could not be moved */
};

static void move(pid_t pid, void *data)
{
	struct movement *movement = data;
	int count = movement->count < 0 ? -1 : rdt_move(movement->class, pid);

	movement->count = count < 0 ? -1 : movement->count + count;
}

/*
 * Moves all threads, until a pass finds as many as the one before: they may start others meanwhile.
 */
static int move_all(struct state *state, const char *class)
{
	int before = 0;

	for (int i = 0; i < PASSES_MAX; i++) {
		struct movement movement = { .class = class };

		if (processes_each(state, move, &movement) < 0 || movement.count < 0)
			return -1;
		if (movement.count == before)
			return 0;
		before = movement.count;
	}
	return 0;
}

/* Makes a class for a container that had none. */
static int make_class(struct state *state, const struct rdt *rdt)
{
	autofree char *root = rdt_find();
	struct rdt_place place = { 0 };
	autofd int directory = -1;
	int result = root ? rdt_apply(rdt, root, state->id, state->pid, &place) : -1;

	if (place.made) {
		directory = open(place.made, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		directory_ids_add(&state->directories, directory);
		state->rdt = place.made;
	}
	if (result < 0)
		return -1;
	if (move_all(state, place.class) < 0)
		return -1;
	state->rdt_class = place.class;
	return state_keep_rdt(state);
}

int rdt_update(struct state *state, const struct rdt *rdt, struct rdt_update *update)
{
	*update = (struct rdt_update){ 0 };
	if (!rdt->caches)
		return 0;
	if (*state->rdt_class)
		return rdt_limit(state->rdt_class, rdt->caches, &update->before);
	update->made = true;
	if (make_class(state, rdt) == 0)
		return 0;
	rdt_update_undo(state, update);
	return -1;
}

void rdt_update_undo(struct state *state, const struct rdt_update *update)
{
	struct failure failure = *fail_get();
	char *ours = NULL;

	fail_forget();
	if (update->before && rdt_limit(state->rdt_class, update->before, &ours) < 0)
		fail_warn("%s", fail_get()->text);
	if (update->made && *state->rdt) {
		/* The kernel moves its processes to the default class. */
		rdt_remove(state->rdt, &state->directories);
		state->rdt = state->rdt_class = "";
		state_keep_rdt(state);
	}
	free(ours);
	fail_forget();
	fail_set(&failure);
}
