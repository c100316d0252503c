/* doors.h: who is let in, who is shown out: so many clients and no more, nobody who says nothing, nobody else's login. */
#pragma once
#include "core/engine/engine_state.h"

/* Right after it was accepted: refuses it, or one that keeps a place and says nothing. */
void doors_admit(Engine *engine, Connection *connection);
/* From time to time: those that never said hello, and those that began a message and do not end it. */
void doors_close_idle(const Engine *engine);
/* After whatever was sent: drops who took nothing for longest while too much waits for those that do not read. */
void doors_relieve(const Engine *engine);
