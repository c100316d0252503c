/* The first line says of what type a value is, its choices, pattern and format; the rest is what a person enters. What is kept can be entered again, is
 * kept unchanged then; numbers and addresses are one harmless line. */
#include "fuzz.h"
#include "core/playbook/condition.h"
#include "core/playbook/value.h"

#define NOW ((WallTime) { INT64_C(1795230000000) })
#define CHOICES_MAX 8

static const char *word(const StrList *words, size_t index)
{
	return index < words->count && !text_eq(words->items[index], "-") ? words->items[index] : NULL;
}

static void check_again(const Variable *variable, Str kept)
{
	AUTO_CLEAR(Buf) again = { 0 };
	Error err = { 0 };
	bool taken = value_check(variable, kept, NOW, &again, &err);
	BG_ASSERT(taken && str_eq(buf_str(&again), kept));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO_CLEAR(StrList) words = { 0 };
	AUTO_CLEAR(StrList) choices = { 0 };
	AUTO_CLEAR(Buf) kept = { 0 };
	Error err = { 0 };
	Str input = { (const char *) data, size };
	if (!size || memchr(data, '\0', size))
		return 0;
	strlist_split(&words, fuzz_line(&input), ' ');
	Variable variable = { .name = "v", .zone = word(&words, 1), .format = word(&words, 2), .regex = word(&words, 3) };
	if (!words.count || !variable_type_parse(str_from(words.items[0]), &variable.type))
		return 0;
	strlist_split(&choices, str_from(word(&words, 4)), '|');
	const char *rows[CHOICES_MAX];
	for (variable.choices = rows; variable.choice_count < choices.count && variable.choice_count < CHOICES_MAX; variable.choice_count++)
		rows[variable.choice_count] = choices.items[variable.choice_count];
	if (!value_check(&variable, input, NOW, &kept, &err)) {
		fuzz_refused(&err);
		AUTO_FREE char *typed = str_dup(input);
		if (variable.type == VARIABLE_SECRET && input.len > 12)
			BG_ASSERT(!strstr(err.why, typed) && !strstr(err.hint, typed));
		return 0;
	}
	BG_ASSERT(kept.len <= VALUE_LIMIT);
	/* Of a free text or a format, the incident refuses what cannot be shown on one line. */
	if (variable.type == VARIABLE_INT || variable.type == VARIABLE_IPV6)
		fuzz_harmless(buf_str(&kept), SANITISE_LINE);
	if (variable.type != VARIABLE_TIME)
		check_again(&variable, buf_str(&kept));
	return 0;
}
