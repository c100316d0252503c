/* Keys that nobody meant: random ones, pastes with and without brackets, the noise of a mouse, what terminals answer. They may walk about in
 * the console, even declare something; they start no action above `read`, sign nothing, and the console lives and gives the terminal back.
 * RANDOM_KEYS says how many (default 20000), RANDOM_SEED which; both are printed. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "scene.h"
#include "tests/support/terminal.h"
#include "tests/support/told.h"

#define KEYS_DEFAULT 20000

static const char BOOK[] =
	"# Everything at hand\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Do it.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/done\n"
	"   ```\n"
	"2. Do it again.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/done\n"
	"   ```\n"
	"3. Decide.\n"
	"   <!-- bg gate roles=product,engineering -->\n"
	"4. Close the door.\n";

#ifdef __SANITIZE_ADDRESS__
#define MEMORY_ROOM_KB (512 * 1024)
#else
#define MEMORY_ROOM_KB (64 * 1024)
#endif

/* ---- chance ---- */

typedef struct Chance { uint64_t state; } Chance;

static uint32_t next(Chance *chance) {
	chance->state = chance->state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t) (chance->state >> 33);
}

static uint32_t below(Chance *chance, uint32_t limit) { return next(chance) % limit; }

/* ---- the noise ---- */

static void put_text(Chance *chance, Buf *out, size_t len) {
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:;/?!<>[]-_\n\r\t";
	for (size_t i = 0; i < len; i++)
		buf_putc(out, letters[below(chance, sizeof(letters) - 1)]);
}

static void put_character(Chance *chance, Buf *out) { buf_putc(out, (char) (' ' + below(chance, 95))); }

/* Those that do something more often than chance would have it. */
static void put_likely(Chance *chance, Buf *out) {
	static const char *const keys[] = {"\r", "\r", "y", "y", "p", "p", "s", "x", "v", "g", "D", "\033[A", "\033[B", "\033[C", "\033[D", "\t", " ", "n", "e",
		"a", "u", "3", "2", "4", ":", "\033", "\177", "R", "j", "k"};
	buf_puts(out, keys[below(chance, BG_LENGTH(keys))]);
}

static void put_control(Chance *chance, Buf *out) {
	char c = (char) below(chance, 32);
	buf_putc(out, c == 0x1a ? '\r' : c);   /* ctrl-z stops it, as it should: nothing would go on */
}

static void put_mouse(Chance *chance, Buf *out) {
	static const char *const forms[] = {"\033[<%u;%u;%uM", "\033[<%u;%u;%um", "\033[%u;%u;%uM"};
	uint32_t form = below(chance, 4);
	if (form == 3) {
		buf_puts(out, "\033[M");
		for (int i = 0; i < 3; i++)
			buf_putc(out, (char) (' ' + below(chance, 200)));
		return;
	}
	const char *text = forms[form];
	for (; *text; text++) {
		if (*text != '%') {
			buf_putc(out, *text);
			continue;
		}
		text++;
		buf_printf(out, "%u", below(chance, 223));
	}
}

static void put_paste(Chance *chance, Buf *out) {
	bool brackets = below(chance, 2);
	if (brackets)
		buf_puts(out, "\033[200~");
	put_text(chance, out, 1 + below(chance, 400));
	if (brackets)
		buf_puts(out, "\033[201~");
}

static void put_answer(Chance *chance, Buf *out) {
	static const char *const answers[] = {"\033]11;rgb:0000/0000/0000\033\\", "\033P>|xterm(390)\033\\", "\033[?62;22c", "\033[24;80R", "\033[I", "\033[O",
		"\033]52;c;eXk=\007"};
	buf_puts(out, answers[below(chance, BG_LENGTH(answers))]);
}

static void put_bytes(Chance *chance, Buf *out) {
	for (uint32_t i = 1 + below(chance, 4); i > 0; i--)
		buf_putc(out, (char) (0x80 + below(chance, 128)));
}

static const struct { uint32_t weight; void (*put)(Chance *chance, Buf *out); } NOISE[] = {
	{45, put_character}, {40, put_likely}, {6, put_control}, {4, put_mouse}, {1, put_paste}, {1, put_answer}, {3, put_bytes},
};

static void put_noise(Chance *chance, Buf *out) {
	uint32_t pick = below(chance, 100);
	for (size_t i = 0; i < BG_LENGTH(NOISE); i++) {
		if (pick < NOISE[i].weight) {
			NOISE[i].put(chance, out);
			return;
		}
		pick -= NOISE[i].weight;
	}
}

/* ---- a console that is not looked at ---- */

typedef struct Console { pid_t pid; int master, frames; struct termios before; int64_t lives; } Console;

/* A shell's terminal, but that ctrl-c in the moment before or after the console ends nothing. */
static void make_mode(struct termios *ret) {
	int master, slave;
	cr_assert(openpty(&master, &slave, NULL, NULL, NULL) == 0 && tcgetattr(slave, ret) == 0);
	ret->c_lflag &= ~(tcflag_t) ISIG;
	close(master);
	close(slave);
}

static bool drain(Console *console);

/* The keys before that are the shell's, not the console's. */
static void wait_until_it_reads(Console *console) {
	struct termios mode;
	while (tcgetattr(console->master, &mode) == 0 && (mode.c_lflag & ICANON)) {
		struct pollfd wanted = {.fd = console->master, .events = POLLIN};
		cr_assert(poll(&wanted, 1, SCENE_WAIT_MS) == 1 && drain(console), "the console does not come");
	}
}

static void start_console(Scene *scene, Console *console) {
	struct winsize size = {.ws_col = 80, .ws_row = 24};
	int frames[2];
	make_mode(&console->before);
	cr_assert(pipe2(frames, O_CLOEXEC) == 0);
	console->pid = forkpty(&console->master, NULL, &console->before, &size);
	cr_assert(console->pid >= 0);
	if (console->pid == 0) {
		AUTO_FREE char *frame_fd = bg_asprintf("%d", frames[1]);
		(void) fcntl(frames[1], F_SETFD, 0);
		(void) setenv("TERM", "xterm-256color", 1);
		(void) setenv("BREAKGLASS_FRAME_FD", frame_fd, 1);
		execl(scene->program, scene->program, "--env", scene->environment, "--state", scene->state, (char *) NULL);
		_exit(127);
	}
	close(frames[1]);
	console->frames = frames[0];
	fd_set_cloexec(console->master);
	fd_set_nonblocking(console->master);
	fd_set_nonblocking(console->frames);
	console->lives++;
	wait_until_it_reads(console);
}

/* False when it has ended. */
static bool drain(Console *console) {
	char block[65536];
	ssize_t got;
	while ((got = read(console->master, block, sizeof(block))) > 0)
		continue;
	return got < 0 && errno == EAGAIN;
}

/* q and Q are keys, too: then its end must be a good one, and the next one goes on. */
static void end_console(Console *console) {
	struct termios mode = console->before;
	int status = -1;
	cr_assert(waitpid(console->pid, &status, 0) == console->pid);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the console ended with status %x", status);
	(void) tcgetattr(console->master, &mode);
	cr_assert(mode.c_lflag == console->before.c_lflag && mode.c_iflag == console->before.c_iflag && mode.c_oflag == console->before.c_oflag,
		"the terminal is not as it was");
	bg_close_fd(&console->master);
	bg_close_fd(&console->frames);
}

/* Until a frame shows what the last keys did: chance that waits gets further than chance that does not. False when it has ended. */
static bool wait_for_frame(Console *console) {
	char lines[4096];
	for (;;) {
		struct pollfd wanted[2] = {{.fd = console->frames, .events = POLLIN}, {.fd = console->master, .events = POLLIN}};
		cr_assert(poll(wanted, 2, SCENE_WAIT_MS) > 0, "the console draws nothing any more");
		if ((wanted[1].revents & (POLLIN | POLLHUP)) && !drain(console))
			return false;
		if (wanted[0].revents & POLLIN)
			return read(console->frames, lines, sizeof(lines)) > 0;
		if (wanted[0].revents)
			return false;
	}
}

/* Writes all of it as fast as it is taken; a console that ends takes the rest with it. */
static bool feed(Console *console, const Buf *noise) {
	for (size_t at = 0; at < noise->len;) {
		struct pollfd wanted = {.fd = console->master, .events = POLLIN | POLLOUT};
		cr_assert(poll(&wanted, 1, SCENE_WAIT_MS) == 1, "the console takes no keys any more");
		if ((wanted.revents & (POLLIN | POLLHUP)) && !drain(console))
			return false;
		ssize_t written = wanted.revents & POLLOUT ? write(console->master, noise->data + at, noise->len - at) : 0;
		if (written < 0 && errno != EAGAIN)
			return false;
		at += written > 0 ? (size_t) written : 0;
	}
	return true;
}

static int64_t resident_kb(pid_t pid) {
	AUTO_FREE char *path = bg_asprintf("/proc/%d/status", (int) pid);
	AUTO_CLEAR(Buf) text = {0};
	Str line;
	int64_t kb = 0;
	if (!file_read(path, 65536, &text, NULL))
		return 0;   /* it is just ending */
	for (Str rest = buf_str(&text); str_next_line(&rest, &line);)
		if (str_starts(line, "VmRSS:") && str_parse_int(str_trim(str_slice(line, 6, line.len - 9)), &kb))
			return kb;
	return 0;
}

/* ---- what it came to ---- */

typedef struct Counts { size_t incidents, runs, plans, actions, signoffs; } Counts;

static void count_type(const Json *record, Counts *counts) {
	const char *type = json_get_string_or(record, "type", "");
	counts->runs += text_eq(type, "run.started");
	counts->plans += text_eq(type, "plan.made");
	counts->actions += text_eq(type, "action.started");
	counts->signoffs += text_eq(type, "gate.signed");
}

static Counts read_records(const Scene *scene) {
	AUTO_FREE char *folder = bg_asprintf("%s/trial/incidents", scene->state);
	AUTO_CLEAR(StrList) names = {0};
	Counts counts = {0};
	Error err = {0};
	assert_ok(file_list_folder(folder, &names, &err), &err);
	counts.incidents = names.count;
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *path = bg_asprintf("%s/%s/journal.jsonl", folder, names.items[i]);
		AUTO_CLEAR(Buf) text = {0};
		assert_ok(file_read(path, 1 << 30, &text, &err), &err);
		Str rest = buf_str(&text), line;
		while (str_next_line(&rest, &line)) {
			AUTO(Json) *record = NULL;
			assert_ok(json_parse(line, &record, &err), &err);
			count_type(record, &counts);
		}
	}
	return counts;
}

static uint64_t number_from(const char *name, uint64_t fallback) {
	const char *text = getenv(name);
	int64_t number = 0;
	return text && str_parse_int(str_from(text), &number) ? (uint64_t) number : fallback;
}

/* Somebody else's tick: what the noise walks about in is there from the beginning. */
static void prepare(Scene *scene) {
	scene_make_keys(scene);
	scene_ok(scene, "declare", "it broke");
	scene_ok(scene, "start", "walk");
	scene_ok(scene, "plan", "1");
}

static void make_noise(Scene *scene, uint64_t keys, uint64_t seed) {
	Chance chance = {seed};
	Console console = {.master = -1, .frames = -1};
	uint64_t sent = 0;
	int64_t before = 0, most = 0;
	start_console(scene, &console);
	while (sent < keys) {
		AUTO_CLEAR(Buf) noise = {0};
		/* Now a few and a look at what they did, now many without one. Never one alone: where the machine is slow, that is how a person presses y. */
		bool slow = sent % 3000 < 500;
		for (uint32_t i = slow ? 2 + below(&chance, 5) : 500; i > 0; i--, sent++)
			put_noise(&chance, &noise);
		if (!feed(&console, &noise) || (slow && !wait_for_frame(&console))) {
			end_console(&console);
			start_console(scene, &console);
		}
		int64_t kb = resident_kb(console.pid);
		before = before || !kb ? before : kb;
		most = kb > most ? kb : most;
	}
	/* Out of whatever is open, then out. */
	AUTO_CLEAR(Buf) leave = {0};
	for (int i = 0; i < 20; i++)
		buf_puts(&leave, "\033[201~\003\033\033\007\033[201~");
	buf_putc(&leave, 'q');
	while (feed(&console, &leave)) {
		struct pollfd quiet = {.fd = console.master, .events = POLLIN};
		(void) poll(&quiet, 1, 200);
	}
	end_console(&console);
	Counts counts = read_records(scene);
	tell("seed %llu: %llu keys in %lld consoles; %zu incidents, %zu runs, %zu plans, %zu sign-offs, %zu actions; the console took %lld KB at most",
		(unsigned long long) seed, (unsigned long long) sent, (long long) console.lives, counts.incidents, counts.runs, counts.plans, counts.signoffs,
		counts.actions, (long long) most);
	cr_expect_eq(counts.actions, 0, "seed %llu: an action was started", (unsigned long long) seed);
	cr_expect_eq(counts.signoffs, 0, "seed %llu: something was signed", (unsigned long long) seed);
	cr_expect_eq(scene_lines(scene, "done"), 0, "seed %llu: a command was run", (unsigned long long) seed);
	cr_expect(most - before < MEMORY_ROOM_KB, "seed %llu: the console grew from %lld to %lld KB", (unsigned long long) seed, (long long) before,
		(long long) most);
}

Test(random_keys, act_upon_nothing_and_do_no_harm) {
	unsigned char bytes[4];
	random_bytes(bytes, sizeof(bytes));
	uint64_t seed = number_from("RANDOM_SEED", (uint64_t) bytes[0] | (uint64_t) bytes[1] << 8 | (uint64_t) bytes[2] << 16);
	uint64_t keys = number_from("RANDOM_KEYS", KEYS_DEFAULT);
	AUTO_CLEAR(Scene) fresh = scene_new(BOOK, "");
	make_noise(&fresh, keys / 2, seed);
	AUTO_CLEAR(Scene) walking = scene_new(BOOK, "");
	prepare(&walking);
	make_noise(&walking, keys - keys / 2, seed + 1);
}

/* Two of them at once may have been typed ahead, before the plan was there to be read. */
Test(random_keys, a_key_that_acts_counts_only_on_its_own) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	prepare(&scene);
	const char *argv[] = {scene.program, "--env", scene.environment, "--state", scene.state, NULL};
	TerminalOptions options = {.argv = argv, .columns = 80, .rows = 24};
	AUTO(Terminal) *terminal = terminal_start(&options);
	terminal_wait_text(terminal, "trial");
	terminal_keys(terminal, "3");
	terminal_wait_text(terminal, "nothing has been changed yet");
	terminal_keys(terminal, "yy");
	terminal_wait_text(terminal, "did not count");
	cr_assert_eq(scene_lines(&scene, "done"), 0);
	terminal_keys(terminal, "y");
	terminal_wait_text(terminal, "2  Do it again");
	AUTO(Client) *client = scene_client(&scene, false);
	scene_wait_action(client, 1, ACTION_DONE);
	cr_assert_eq(scene_lines(&scene, "done"), 1);
	terminal_keys(terminal, "q");
	cr_assert_eq(terminal_wait_exit(terminal), 0);
}
