/* SPDX-License-Identifier: Apache-2.0
 *
 * SIGINT, SIGTERM and SIGHUP, for commands that report what they have judged before they
 * end by the signal. The state is the process's, as its signals are. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

/* From here on the first of these signals does not end the process; the next one does at
 * once. A signal that is ignored (nohup) stays ignored. Returns a descriptor that can be read as
 * soon as a signal came, for run_world.interrupt_fd; 0: there are no descriptors left, and signals
 * end the process as ever. May be called again. */
int cli_interrupt_catch(void);

/* Signals end the process again. Returns the one that was caught since cli_interrupt_catch; 0:
 * none. */
int cli_interrupt_release(void);

#endif
