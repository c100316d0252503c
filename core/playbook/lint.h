/* lint.h: what is wrong with a playbook that one directive alone does not show, what should be better, and how to say it.
 * Codes and who raises them: E-VERB E-KEY the parser of directives; E-BIND the binder; everything else here.
 *   E-ACTION  an action or probe that no provider has        E-VAR       a variable that nothing declares, or declared wrongly
 *   E-FENCE   an annotation inside a code block              E-TERM      an annotation inside a line of text, or without its end
 *   E-UNCLOSED  something is opened that nothing closes
 *   W-HEREDOC  W-WAIT  W-EXAMPLE  W-REPLACES  W-UNDOFLAG  W-BRACKET  W-TODO  W-LINK  W-REVIEW        H-GATE  H-STEP  H-VERIFY */
#pragma once
#include <stdbool.h>
#include "core/base/moment.h"
#include "core/playbook/model.h"

/* The E- codes, added to the playbook's own diagnostics: with one of them a run is refused. Pure. `vocabulary` NULL: no E-ACTION. */
void lint_errors(Playbook *playbook, const Vocabulary *vocabulary);
/* The W- and H- codes. `today` 0: review dates are not judged. With `look_beside`, files that links and closed-by= name are looked for
 * beside the playbook, and one that closed-by= names is read (E-UNCLOSED). */
void lint_advice(const Playbook *playbook, WallTime today, bool look_beside, DiagnosticList *out);
/* The document as written, each directive in words below what it is bound to. Sanitised. Appends. */
void lint_explain(const Playbook *playbook, const Vocabulary *vocabulary, Buf *out);
/* The annotations that would make a bare runbook stronger, each with the line that it belongs below: variables from placeholders,
 * gates from prose that asks for a decision, openings and closings from words such as pause and resume. Appends. */
void lint_suggest(const Playbook *playbook, Buf *out);
