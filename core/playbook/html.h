/* html.h: the little that a playbook must know of HTML: which tags are placeholders in disguise. */
#pragma once
#include <stdbool.h>
#include "core/base/str.h"

/* "<saved-token>" in prose is eaten by browsers as an unknown tag; it is a placeholder and is shown. Not tags of
 * HTML, not comments, closing tags or tags with attributes. */
bool html_is_placeholder(Str tag);
