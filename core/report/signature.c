/* signature.c: see signature.h. */
#include "core/report/signature.h"

#include <stdio.h>

#include "core/signoff/sshsig.h"

void signoff_check(const Signoff *signoff, CheckedSignoff *ret)
{
	AUTO_CLEAR(SshSig) signature = { 0 };
	SignatureFacts facts = { 0 };
	Error err = { 0 };
	*ret = (CheckedSignoff) { .has_signature = signoff->signature && *signoff->signature };
	ret->readable = signoff->statement && statement_parse(str_from(signoff->statement), &ret->statement, &err);
	if (!ret->has_signature)
		return;
	ret->holds = sshsig_parse(str_from(signoff->signature), &signature, &err)
		&& sshsig_verify(&signature, SIGNOFF_NAMESPACE, str_from(signoff->statement), &facts, &err);
	if (!ret->holds) {
		(void) snprintf(ret->why, sizeof ret->why, "%s", err.why);
		return;
	}
	(void) snprintf(ret->key_type, sizeof ret->key_type, "%s", public_key_type(&signature.key));
	ret->from_device = facts.from_device;
	ret->touched = facts.user_present;
	ret->verified = facts.user_verified;
}

void checked_signoff_clear(CheckedSignoff *checked)
{
	statement_clear(&checked->statement);
	*checked = (CheckedSignoff) { 0 };
}
