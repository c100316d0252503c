/* errand_reads.c: the commands that go to machines unasked. A short list, and everything else counts as a change: a word too many costs a person the
 * number of machines, one too few costs the machines. */
#include "core/base/str.h"
#include "core/engine/errand.h"

#define WORDS_MAX 64

typedef enum Form {
	FORM_ANY,                    /* whatever stands behind the tool */
	FORM_LISTED,                 /* each word is one of `words`; "+*" is any that begins so */
	FORM_VERB,                   /* options of `words`, then nothing or one of `verbs` */
	FORM_OBJECT,                 /* options of `words`, an object, then nothing or one of `verbs` */
	FORM_LONG,                   /* long options are of `words`, up to their =: a long one may be shortened, so what is not known may be anything */
} Form;

typedef struct Reader { const char *tool; Form form; const char *words, *verbs; } Reader;

static const Reader READERS[] = {
	{"cat", FORM_ANY, "", ""}, {"df", FORM_ANY, "", ""}, {"du", FORM_ANY, "", ""}, {"echo", FORM_ANY, "", ""}, {"egrep", FORM_ANY, "", ""},
	{"fgrep", FORM_ANY, "", ""}, {"findmnt", FORM_ANY, "", ""}, {"free", FORM_ANY, "", ""}, {"getent", FORM_ANY, "", ""}, {"grep", FORM_ANY, "", ""},
	{"head", FORM_ANY, "", ""}, {"id", FORM_ANY, "", ""}, {"ls", FORM_ANY, "", ""}, {"lsblk", FORM_ANY, "", ""}, {"lscpu", FORM_ANY, "", ""},
	{"nproc", FORM_ANY, "", ""}, {"pgrep", FORM_ANY, "", ""}, {"ps", FORM_ANY, "", ""}, {"pwd", FORM_ANY, "", ""}, {"readlink", FORM_ANY, "", ""},
	{"sha256sum", FORM_ANY, "", ""}, {"stat", FORM_ANY, "", ""}, {"tail", FORM_ANY, "", ""}, {"uname", FORM_ANY, "", ""},
	{"uptime", FORM_ANY, "", ""}, {"vmstat", FORM_ANY, "", ""}, {"w", FORM_ANY, "", ""}, {"wc", FORM_ANY, "", ""}, {"who", FORM_ANY, "", ""},
	{"whoami", FORM_ANY, "", ""},
	{"date", FORM_LISTED, "-u --utc -R -Is -Iseconds +*", ""},
	{"dmesg", FORM_LISTED, "-T -x -k -u --ctime --decode", ""},
	{"hostname", FORM_LISTED, "-f -s -d -i -I -A --fqdn --short", ""},
	{"ss", FORM_LISTED, "-s -t -u -l -n -a -p -ln -lnt -lntp -lnu -ltn -ltnp -tan -tanp -tln -tlnp -tn -tnp -tuln -tulnp -tulpn -uln -ulnp", ""},
	{"hostnamectl", FORM_VERB, "", "status"},
	{"systemctl", FORM_VERB, "--failed --no-pager --all -a --plain --full -l --no-legend", "cat get-default is-active is-enabled is-failed is-system-running "
		"list-dependencies list-jobs list-sockets list-timers list-unit-files list-units show status"},
	{"timedatectl", FORM_VERB, "", "show status timesync-status"},
	{"ip", FORM_OBJECT, "-4 -6 -br -brief -o -s -d -j", "list ls show"},
	{"journalctl", FORM_LONG, "--boot --dmesg --disk-usage --grep --identifier --lines --list-boots --no-pager --output --priority --reverse --since --unit --until",
		""},
};

/* A pipe is looked for apart. */
static bool is_plain(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr(" ./_:,@%+=-*", c));
}

static bool is_listed(const char *list, Str word) {
	Str rest = str_from(list), item;
	while (str_split(&rest, ' ', &item)) {
		bool begins = item.len && item.ptr[item.len - 1] == '*';
		size_t len = begins ? item.len - 1 : item.len;
		if (len && (begins ? word.len >= len : word.len == len) && memcmp(word.ptr, item.ptr, len) == 0)
			return true;
	}
	return false;
}

static bool is_long_listed(const char *list, Str word) {
	ptrdiff_t equals = str_find_char(word, '=');
	return !str_starts(word, "--") || is_listed(list, equals < 0 ? word : str_slice(word, 0, (size_t) equals));
}

static bool form_reads(const Reader *reader, const Str *words, size_t count) {
	size_t i = 0;
	if (reader->form == FORM_ANY)
		return true;
	if (reader->form == FORM_LONG || reader->form == FORM_LISTED) {
		while (i < count && (reader->form == FORM_LONG ? is_long_listed(reader->words, words[i]) : is_listed(reader->words, words[i])))
			i++;
		return i == count;
	}
	while (i < count && is_listed(reader->words, words[i]))
		i++;
	if (reader->form == FORM_OBJECT && i < count && words[i].ptr[0] != '-')
		i++;
	return i == count || is_listed(reader->verbs, words[i]);
}

/* One command between pipes. */
static bool command_reads(Str text) {
	Str words[WORDS_MAX], word;
	size_t count = 0;
	while (str_split(&text, ' ', &word)) {
		if (!word.len)
			continue;
		if (count == WORDS_MAX)
			return false;
		words[count++] = word;
	}
	for (size_t i = 0; count && i < BG_LENGTH(READERS); i++)
		if (str_eq_c(words[0], READERS[i].tool))
			return form_reads(&READERS[i], words + 1, count - 1);
	return false;
}

bool errand_reads(const char *command) {
	for (const char *at = command; *at; at++)
		if (!is_plain(*at) && *at != '|')
			return false;
	Str rest = str_from(command), part;
	/* A device may act on being opened: a watchdog begins to run. */
	bool reads = rest.len > 0 && rest.ptr[rest.len - 1] != '|' && str_find(rest, "/dev/") < 0;
	while (reads && str_split(&rest, '|', &part))
		reads = command_reads(part);
	return reads;
}
