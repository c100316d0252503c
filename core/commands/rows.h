/* rows.h: the functions behind the table, by the file that holds them. */
#pragma once
typedef struct Command Command;

int tell_sandbox(Command *command);         /* practice_tell.c: sandbox --tell */
int run_try(Command *command);              /* practice.c */
int run_sandbox(Command *command);
int run_status(Command *command);           /* board.c */
int run_contacts(Command *command);         /* contacts.c */
int run_nodes(Command *command);            /* nodes.c */
int run_nodes_dns(Command *command);        /* nodes_dns.c: nodes --dns */
int run_check(Command *command);            /* playbooks.c */
int run_show(Command *command);
int run_print(Command *command);
int run_declare(Command *command);          /* incident.c */
int run_end(Command *command);
int run_note(Command *command);
int run_fact(Command *command);
int run_handover(Command *command);
int run_incidents(Command *command);        /* record.c */
int run_timeline(Command *command);
int run_ledger(Command *command);
int run_sitrep(Command *command);
int run_report(Command *command);
int run_verify(Command *command);           /* verify.c */
int run_start(Command *command);            /* walking.c */
int run_steps(Command *command);
int run_step(Command *command);
int run_tick(Command *command);
int run_untick(Command *command);
int run_skip(Command *command);
int run_set(Command *command);
int run_set_from_probe(Command *command, const char *run);   /* acting.c: set NAME --from-probe */
int run_plan(Command *command);             /* acting.c */
int run_apply(Command *command);
int run_look(Command *command);
int run_resolve(Command *command);
int run_undo(Command *command);
int run_statement(Command *command);        /* signing.c */
int run_sign(Command *command);
int run_engine(Command *command);           /* engine.c */
int run_new_cluster(Command *command);      /* new_cluster.c */
