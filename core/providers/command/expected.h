/* expected.h: which exit status of a command is right. */
#pragma once
#include "core/providers/provider.h"

/* 0, or what expect= says. */
bool exit_is_expected(const Call *call, int exit_code);
