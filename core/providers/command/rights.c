/* rights.c: see rights.h. */
#include "core/providers/command/rights.h"

#include <sys/prctl.h>
#include <unistd.h>

static const char *const GAINING[] = {"sudo", "sudoedit", "doas", "su", "pkexec", "runuser"};

static bool ends_word(char c) { return c == ' ' || c == '\t' || c == '\n' || c == ';' || c == '|' || c == '&' || c == '(' || c == ')' || c == '`'; }

static const char *find(Str word) {
	ptrdiff_t slash;
	while ((slash = str_find_char(word, '/')) >= 0)
		word = str_slice(word, (size_t) slash + 1, word.len);
	for (size_t i = 0; i < BG_LENGTH(GAINING); i++)
		if (str_eq_c(word, GAINING[i]))
			return GAINING[i];
	return NULL;
}

/* Only where a program's name can stand: at the beginning, after a separator, and after words that run another ("env A=b sudo"). */
const char *rights_wanted(Str text) {
	bool is_name = true;
	for (size_t i = 0; i < text.len;) {
		size_t from = i;
		while (i < text.len && !ends_word(text.ptr[i]))
			i++;
		Str word = str_slice(text, from, i - from);
		const char *found = is_name && word.len ? find(word) : NULL;
		if (found)
			return found;
		bool runs_another = str_eq_c(word, "env") || str_eq_c(word, "time") || str_eq_c(word, "exec") || str_eq_c(word, "nohup")
			|| str_eq_c(word, "!") || str_eq_c(word, "then") || str_eq_c(word, "do") || str_eq_c(word, "else") || str_eq_c(word, "if")
			|| str_eq_c(word, "while") || str_find_char(word, '=') > 0;
		if (word.len)
			is_name = is_name && runs_another;
		for (; i < text.len && ends_word(text.ptr[i]); i++)
			is_name = is_name || (text.ptr[i] != ' ' && text.ptr[i] != '\t');
	}
	return NULL;
}

bool rights_are_missing(void) { return geteuid() != 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1; }
