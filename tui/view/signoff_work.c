/* signoff_work.c: see signoff_work.h. A work has two owners, the screen and the thread; the last one frees it. */
#include "tui/view/signoff_work.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include "core/base/alloc.h"

struct SignoffWork {
	atomic_int owners;
	atomic_bool done;
	StrList agents, key_files;   /* of a list */
	Signer signer;               /* of a signature; owns its fields */
	char *name_space, *text;     /* NULL: it is a list */
	SignerList *list;
	Buf armoured;
	bool ok;
	Error err;
};

static void let_go(SignoffWork *work)
{
	if (atomic_fetch_sub(&work->owners, 1) != 1)
		return;
	strlist_clear(&work->agents);
	strlist_clear(&work->key_files);
	free(work->signer.blob);
	free(work->signer.path);
	free(work->signer.agent);
	free(work->name_space);
	free(work->text);
	signer_list_free(work->list);
	buf_clear(&work->armoured);
	free(work);
}

static void *run(void *userdata)
{
	SignoffWork *work = userdata;
	if (work->text)
		work->ok = signer_sign_in(&work->signer, work->name_space, work->text, &work->armoured, &work->err);
	else
		work->ok = signer_list(&(SignerSources) { .own_agent = true, .agents = &work->agents, .key_files = &work->key_files },
			&work->list, &work->err);
	atomic_store(&work->done, true);
	let_go(work);
	return NULL;
}

/* Signals are the main thread's: the terminal is restored there. */
static SignoffWork *start(SignoffWork *work)
{
	pthread_t thread;
	sigset_t all, before;
	atomic_store(&work->owners, 2);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(&thread, NULL, run, work);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		error_set(&work->err, ERROR_IO, "cannot start a thread");
		atomic_store(&work->done, true);
		let_go(work);
	} else {
		pthread_detach(thread);
	}
	return work;
}

SignoffWork *signoff_work_find(const Json *environment)
{
	SignoffWork *work = bg_calloc(1, sizeof(*work));
	JSON_EACH(agent, json_get(environment, "agents"))
		strlist_add(&work->agents, json_string(agent));
	JSON_EACH(key, json_get(environment, "keys"))
		strlist_add(&work->key_files, json_string(key));
	return start(work);
}

SignoffWork *signoff_work_sign(const Signer *signer, const char *name_space, const char *text)
{
	SignoffWork *work = bg_calloc(1, sizeof(*work));
	work->signer = (Signer) { .from_agent = signer->from_agent, .path = bg_strdup_or_null(signer->path),
		.agent = bg_strdup_or_null(signer->agent),
		.blob = bg_memdup(signer->blob, signer->blob_len), .blob_len = signer->blob_len };
	work->name_space = bg_strdup(name_space);
	work->text = bg_strdup(text);
	return start(work);
}

bool signoff_work_is_done(SignoffWork *work)
{
	return atomic_load(&work->done);
}

bool signoff_work_take_list(SignoffWork *work, SignerList **ret_list, Error *err)
{
	if (!work->ok) {
		*err = work->err;
		return false;
	}
	*ret_list = TAKE(work->list);
	return true;
}

bool signoff_work_take_signature(SignoffWork *work, Buf *ret_armoured, Error *err)
{
	if (!work->ok) {
		*err = work->err;
		return false;
	}
	buf_put_str(ret_armoured, buf_str(&work->armoured));
	return true;
}

SignoffWork *signoff_work_free(SignoffWork *work)
{
	if (work)
		let_go(work);
	return NULL;
}
