/*
 * Chapter 6, engine: one instruction of a Containerfile that changes an image's configuration, as
 * `import --change`, `commit --change` and `build` take them: "ENV NAME=VALUE", "CMD [\"sh\"]".
 *
 * Source: Docker's Dockerfile reference; OCI image specification, config.md.
 */
#ifndef STEPS_CHANGE_H
#define STEPS_CHANGE_H

#include <jansson.h>
#include <stdbool.h>

/* True if the word, in any mixture of capital and small letters, is an instruction that
 * change_apply() knows. */
bool change_is_known(const char *word);

/*
 * Carries out an instruction: changes the object "config" in `configuration`, an image's. An
 * ENTRYPOINT removes the command that an image had before; `has_command`: a CMD was carried out
 * since, and stays; it becomes true with CMD. Returns 0 or -1.
 */
int change_apply(json_t *configuration, const char *instruction, bool *has_command);

/* A text for JSON, or NULL: it is not UTF-8. */
json_t *change_text(const char *text);

/* Takes quotes and backslashes off one text, in which spaces may stand. To be freed; or NULL. */
char *change_unquote(const char *text);

/*
 * Returns the texts of a list, '["a", "b"]', or the words of any other text, split as a shell does,
 * with quotes and backslashes. NULL: a quote is not closed.
 */
json_t *change_words(const char *text);

/* Returns the texts of a list; any other text is a command line for /bin/sh. */
json_t *change_command(const char *text);

#endif
