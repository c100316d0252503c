/* badge.h: in a terminal that people share, the person at the keys proves who they are with a key. From then on the header bears that name,
 * and so does all that is done. */
#pragma once
#include "core/engine/client.h"
#include "tui/view/signoff_work.h"

typedef struct Shell Shell;
typedef struct ViewContext ViewContext;

#define BADGE_CHOICES_MAX 32

typedef enum BadgeStage { BADGE_NONE, BADGE_KEYS, BADGE_WHOSE, BADGE_CHALLENGE, BADGE_KEY, BADGE_ENGINE } BadgeStage;

typedef struct Badge {
	BadgeStage stage;
	char person[128];                /* wanted; "" = to be asked */
	SignoffWork *work;               /* a thread that waits for agents and keys */
	SignerList *keys;
	const char *choices[BADGE_CHOICES_MAX];   /* of the open question */
	char fingerprint[64];
	char gone[128];                  /* whose badge there was when the engine was lost; "" = none */
	bool began;                      /* the person of --as was badged in this connection */
} Badge;

/* `person` "" asks which of those whose keys are at hand. */
void badge_begin(Shell *shell, const char *person);
/* The login acts again. */
void badge_take_off(Shell *shell);
/* Takes what threads have done; also what --as asks for. True: something is to be drawn. */
bool badge_service(Shell *shell);
bool badge_is_busy(const Shell *shell);
/* A key that wants to be touched is waited for. */
bool badge_wants_touch(const Shell *shell);
/* It is being put on, or --as asks for it: whoever acts now would act in another name. */
bool badge_is_awaited(const Shell *shell);
void badge_clear(Badge *badge);

/* It was put on and its time has passed: the next act is refused once, and the login's from then on. */
bool badge_is_over(const ClientModel *model, MonoTime now);
/* "bob", "bob by badge", "bob's badge ran out": who acts. */
const char *badge_words(const ClientModel *model, MonoTime now, char text[static 160]);
