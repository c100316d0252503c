/* copying.h: to the clipboard of the terminal in front of the person, which may be far from here: by an escape sequence (OSC 52), where the
 * terminal has it, else as a text to mark with the mouse. Nothing that a terminal obeys ever gets there. */
#pragma once
#include "tui/view/view.h"

/* Sends it and says nothing. False: why not. In line mode it is told, as it is. */
BG_CHECK bool copying_send(ViewContext *context, Str text, CopyMode mode, Error *err);
/* Sends it and says so; where there is no clipboard, shows it. */
void copying_copy(ViewContext *context, Str text, CopyMode mode);
/* COMMAND_COPY: what the screen has to copy, else the selected row in words. */
void copying_run(ViewContext *context);
