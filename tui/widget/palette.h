/* palette.h: `:` and a command by its name, completed as one types, with an argument after a blank; and the help made from the same table. */
#pragma once
#include "tui/keys/command.h"
#include "tui/widget/input.h"
#include "tui/widget/styled.h"

typedef enum PaletteEffect { PALETTE_NONE, PALETTE_CHOSEN, PALETTE_CANCELLED } PaletteEffect;

typedef struct Palette {
	Input input;
	size_t position;                  /* of the marked suggestion */
	bool moved;                       /* somebody went to it with the arrows */
	CommandId chosen;                 /* after PALETTE_CHOSEN */
	char argument[512];               /* what followed the name; "" = nothing */
	char complaint[120];
} Palette;

void palette_open(Palette *palette);
PaletteEffect palette_key(Palette *palette, KeyChord key);
void palette_paste(Palette *palette, Str text);
/* Suggestions with their keys and help, the input in the last row. */
void palette_render(const Palette *palette, Canvas *canvas, Rect rect, const Keymap *keymap, CommandReason *reason, void *userdata);
void palette_clear(Palette *palette);
BG_DEFINE_CLEARP(Palette, palette_clear)

/* The help for a text of so many columns: the keys of the first of `contexts` with all that its footer shows, then those that work everywhere,
 * then those of its widgets, then the commands that have none. */
void help_write(Styled *out, const Keymap *keymap, const CommandContext contexts[], size_t count, int columns,
	CommandReason *reason, void *userdata);
