/* SPDX-License-Identifier: Apache-2.0
 *
 * The stages of a session, the timer of each, its end, and its transaction ids. */
#include "tapd/install/session_inside.h"
#include "tapd/log.h"

#include <string.h>
#include <time.h>

enum { MAX_SILENCE_MS = 1000 };

int64_t tapd_monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

bool tapd_session_is_up(const struct tapd_session *session)
{
    return session->stage >= STAGE_IDLE;
}

const struct of_protocol *tapd_session_protocol(const struct tapd_session *session)
{
    return session->protocol;
}

bool tapd_session_is_idle(const struct tapd_session *session)
{
    return session->stage == STAGE_IDLE;
}

void tapd_session_set_timer(struct tapd_session *session, unsigned ms)
{
    const struct timeval delay = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    session->heard = false;
    evtimer_add(session->timer, &delay);
}

/* Half of the delay is chance, so that many switches that went away at once are
 * not dialled at once endlessly. */
static unsigned backoff_ms(const struct tapd_session *session)
{
    const struct tapd_session_options *options = &session->sessions->options;
    unsigned ms = options->backoff_min_ms;
    for (unsigned i = 1; i < session->n_failures && ms < options->backoff_max_ms; i++) {
        ms *= 2;
    }
    ms = ms < options->backoff_max_ms ? ms : options->backoff_max_ms;
    uint16_t chance;
    evutil_secure_rng_get_bytes(&chance, sizeof chance);
    return ms / 2 + (unsigned)((uint64_t)ms * chance / (2 * UINT16_MAX));
}

/* Of silence, before it is asked again: a quarter of what ends the stage, at most a second. */
static unsigned silence_ms(unsigned limit_ms)
{
    return limit_ms / 4 + 1 < MAX_SILENCE_MS ? limit_ms / 4 + 1 : MAX_SILENCE_MS;
}

static unsigned limit_ms(const struct tapd_session *session)
{
    const struct tapd_session_options *options = &session->sessions->options;
    return session->stage == STAGE_GREETING ? options->handshake_ms : options->request_ms;
}

bool tapd_session_is_patient(struct tapd_session *session)
{
    unsigned limit = limit_ms(session), silence = silence_ms(limit);
    session->silent_ms += silence;
    tapd_session_set_timer(session, silence);
    return session->silent_ms < limit;
}

unsigned tapd_session_step_ms(const struct tapd_session *session)
{
    return session->sessions->options.idle_ms / 4 + 1;
}

bool tapd_session_is_silent(const struct tapd_session *session)
{
    return session->stage > STAGE_IDLE && session->silent_ms >= session->sessions->options.idle_ms;
}

/* Every change of the stage goes through here, and sets its timer. */
void tapd_session_enter(struct tapd_session *session, enum tapd_stage stage)
{
    session->stage = stage;
    session->echo_due = session->resting = false;
    session->silent_ms = 0;
    switch (stage) {
    case STAGE_AWAY:
        if (session->text) {
            tapd_session_set_timer(session, backoff_ms(session));
        } else {
            evtimer_del(session->timer);
        }
        break;
    case STAGE_IDLE:
        tapd_session_set_timer(session, tapd_session_step_ms(session));
        break;
    case STAGE_GREETING:
    case STAGE_READING:
    case STAGE_SENDING:
        tapd_session_set_timer(session, silence_ms(limit_ms(session)));
        break;
    }
}

uint32_t tapd_session_take_xids(struct tapd_session *session, size_t n)
{
    uint32_t first = session->next_xid;
    session->next_xid += (uint32_t)n;
    return first;
}

/* Once, and not with every attempt. */
static void tell_trouble(struct tapd_session *session, const char *why, bool was_up)
{
    struct base_error trouble;
    base_fail(&trouble, "%s%s%s", session->text ? session->text : "", session->text ? ": " : "",
              why);
    if (was_up || strcmp(trouble.text, session->trouble.text) != 0) {
        tapd_log("%s: %s", session->name, trouble.text);
    }
    session->trouble = trouble;
}

void tapd_session_lose(struct tapd_session *session, const struct base_error *why)
{
    const struct tapd_session_options *options = &session->sessions->options;
    bool was_up = tapd_session_is_up(session);
    channel_conn_free(session->conn);
    session->conn = NULL;
    switch_state_free(&session->dump.state);
    session->dump.n_bytes = 0;
    if (was_up && tapd_monotonic_ms() - session->up_since_ms > options->backoff_max_ms) {
        session->n_failures = 0;
    }
    session->n_failures += session->n_failures < UINT32_MAX;
    tell_trouble(session, why->text, was_up);
    tapd_session_enter(session, STAGE_AWAY);
    if (was_up) {
        session->ops->down(session->owner, session->trouble.text);
    }
}
