/* command.h: the provider that runs a visible code block of the playbook. */
#pragma once
#include "core/providers/provider.h"

extern const Provider COMMAND_PROVIDER;
