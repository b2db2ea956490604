"""Attacks on the record that somebody tried, and those that grew with it."""

from __future__ import annotations

COPIED = """INSERT INTO response (id, visit_id, instrument, instrument_version_id, answers, not_given,
    answered_at, source, partial, submitted_at, completed_on)
    SELECT max(id) + 1, (SELECT max(id) FROM visit), 'phq9', max(instrument_version_id), '{"q1": 3}', '{}',
    '{}', 'web', false, max(submitted_at), max(completed_on) FROM response"""

# What is done, by name; several statements are parted by semicolons.
ATTACKS = {
    "an answer is annulled": "UPDATE response SET annulled_at = submitted_at",
    "an answer is superseded without a successor": "UPDATE response SET superseded_at = submitted_at",
    "answers are removed under an erasure that nobody made": """
        INSERT INTO erasure (patient_id, level, "by", at, reason)
            SELECT id, 'answers', 'x', enrolled_on, 'x' FROM patient WHERE code = 'P1';
        DELETE FROM score; DELETE FROM binding WHERE subject = 'response'; DELETE FROM response""",
    "an answer is invented": COPIED,
    "a visit moves to another patient": """
        UPDATE visit SET patient_id = (SELECT max(id) FROM patient), timepoint_id = NULL, twin = 1, name = 'x'
        WHERE id = (SELECT max(visit_id) FROM response)""",
    "a visit gets another day": "UPDATE visit SET due_on = opens_on",
    "an onset is changed": "UPDATE palsy SET onset_on = '2020-01-01', onset_precision = 'day'",
    "a cause is changed": "UPDATE palsy SET cause = 'lyme'",
    "a year of birth is changed": "UPDATE patient SET birth_year = 1950",
    "a status is changed": "UPDATE patient SET status = 'lost'",
    "a site is changed": "UPDATE patient SET site = 'North'",
    "answers are changed with their scores": """
        UPDATE response SET answers = '{"q1": 3}'; UPDATE score SET value = 3""",
    "a score is changed": "UPDATE score SET value = 0",
    "a score is removed": "DELETE FROM score",
    "the wording of an answer is changed": "UPDATE response SET locale = 'de'",
    "an answer is removed": "DELETE FROM score; DELETE FROM response",
    "an answer is removed with what binds it": """
        DELETE FROM score; DELETE FROM response; DELETE FROM binding WHERE subject = 'response'""",
    "a treatment is changed": "UPDATE treatment SET kind = 'oral_corticosteroid'",
    "a treatment is removed": "DELETE FROM treatment",
    "a treatment is invented": """INSERT INTO treatment (id, patient_id, kind, state)
        SELECT max(id) + 1, max(patient_id), 'oral_corticosteroid', 'given' FROM treatment""",
    "the units of a muscle are changed": "UPDATE injection_site SET units = 99",
    "a muscle of an injection is removed": "DELETE FROM injection_site ",
    "a consent is turned": "UPDATE consent SET decision = 'declined'",
    "a consent text is changed": "UPDATE consent_text SET text = 'Other words'",
    "a definition is replaced": "UPDATE instrument_version SET definition = 'x'",
    "a definition is replaced with its digest": """
        UPDATE instrument_version SET definition = 'x', definition_sha256 = 'x'""",
    "frozen texts are replaced": """UPDATE instrument_version SET texts = '{"en": {}}'""",
    "a freeze is changed with its digest": "UPDATE data_freeze SET content = 'x', sha256 = 'x'",
    "a freeze is changed": "UPDATE data_freeze SET content = 'x'",
    "a freeze is emptied": "UPDATE data_freeze SET content = NULL, emptied_at = made_at",
    "a report gets another maker": "UPDATE report SET made_by = 'x'",
    "a report is changed": "UPDATE report_file SET content = 'x'",
    "a report is emptied": "DELETE FROM report_file",
    "a signature gets another name": "UPDATE signature SET name = 'x'",
    "a signature is removed": "DELETE FROM signature",
    "an alert is closed in silence": "UPDATE alert SET closed_at = raised_at, closed_by = 'x'",
    "an alert is removed": "DELETE FROM alert",
    "the answer of an alert is changed": "UPDATE alert SET last_answer = 0",
    "the answers of an alert are emptied": "UPDATE alert SET first_answer = NULL, last_answer = NULL",
    "a patient is said to be another person": "UPDATE patient SET contact_id = contact_id + 1",
    "a person gets another name": "UPDATE contact SET name = 'x'",
    "a person is removed": "UPDATE patient SET contact_id = NULL; DELETE FROM contact",
    "a link opens another's visit": "UPDATE link SET visit_id = (SELECT max(id) FROM visit)",
    "a link is invented": """INSERT INTO link (id, visit_id, digest, created_at, created_by, expires_at)
        SELECT 99, max(id), 'x', '2026-03-10', 'x', '2036-03-10' FROM visit""",
    "a code on a letter opens another's visit": """
        UPDATE short_code SET link_id = (SELECT max(id) FROM link)""",
    "a code is invented": """INSERT INTO short_code (id, link_id, digest, failures)
        SELECT 99, max(id), 'x', 0 FROM link""",
    "an account gets another's address": """
        UPDATE staff SET email = 'x@attacker.example' WHERE id = (SELECT min(id) FROM staff)""",
    "a score moves to another response": "UPDATE score SET response_id = response_id + 1",
    "somebody is made administrator": "UPDATE staff SET admin = true",
    "a role is changed": "UPDATE membership SET role = 'investigator'",
    "an analysis plan asks something else": "UPDATE analysis_plan SET questions = '[]'",
    "an amendment gets another day": "UPDATE amendment SET holds_from = '2030-01-01'",
    "a study's clock is changed": "UPDATE study SET timezone = 'Asia/Tokyo'",
    "a value is removed without an erasure": "DELETE FROM event_value",
    "a value is changed": "UPDATE event_value SET after = 'x'",
    "an event is changed": "UPDATE event SET actor = 'x' WHERE number = 2",
    "an event in the middle is removed": "DELETE FROM event WHERE number = 2",
    "an event changes its chain": "UPDATE event SET study_id = NULL, number = 99 WHERE number = 2",
    "the heads are mailed elsewhere": "UPDATE study SET heads_address = 'x@attacker.example'",
    "messages are sent in the night": "UPDATE messaging SET latest_hour = 24",
    "messages say something else": "UPDATE message_template SET body = 'x'",
    "a message is put into the study's mouth": """INSERT INTO message_template (id, study_id, kind, locale,
        subject, body, changed_by, changed_at) SELECT 99, id, 'invitation', 'en', 'x', 'x', 'x', created_at
        FROM study""",
    "a message is said to have gone": "UPDATE message SET outcome = 'sent' WHERE outcome = 'failed'",
    "a planned message is said to have gone": "UPDATE message SET outcome = 'sent', outcome_at = planned_at",
    "a message went at another time": """
        UPDATE message SET outcome_at = '2026-04-01 10:00:00' WHERE outcome IS NOT NULL""",
    "a message went by another way": "UPDATE message SET channel = 'letter'",
    "what a message met is forgotten": "UPDATE message SET outcome = NULL, outcome_at = NULL",
    "a message that went is invented": """INSERT INTO message (id, visit_id, kind, nth, channel, planned_at,
        attempts, outcome, outcome_at) SELECT 99, visit_id, 'reminder', 9, 'email', planned_at, 1, 'sent',
        planned_at FROM message WHERE outcome IS NOT NULL""",
    "a message is removed": "DELETE FROM message",
    "a notice of an alert is said to have gone": "UPDATE alert_mail SET outcome = 'sent', error = NULL",
    "a test alert is said to be opened": "UPDATE alert_mail SET opened_at = planned_at",
    "a notice of an alert is removed": "DELETE FROM alert_mail",
    "heads are said not to have gone": "UPDATE head_mail SET outcome = 'failed', error = '550'",
    "heads are said to have gone in another month": "UPDATE head_mail SET month = '2026-04'",
    "a study's page is opened": "UPDATE joining_page SET is_open = true",
    "a wish for no messages is forgotten": "UPDATE patient SET messages_stopped_at = NULL",
    "a wish to be removed is forgotten": "UPDATE patient SET removal_requested_at = NULL",
    "a question about data is closed in silence": """UPDATE data_question SET state = 'closed',
        closed_at = asked_at""",
    "the value of a question is changed": "UPDATE data_question SET value = 'x'",
    "a question about data is removed": "DELETE FROM question_step; DELETE FROM data_question",
    "the words of a question are changed": "UPDATE question_step SET text = 'x'",
    "the words of a question are removed": "UPDATE question_step SET text = NULL",
    "a finding is dismissed": """INSERT INTO dismissal (id, patient_id, check_key, subject, seen, reason,
        dismissed_by, dismissed_at) SELECT 99, max(id), 'x', 'x', 'x', 'x', 'x', '2026-03-10' FROM patient""",
    "why a finding may stand is changed": "UPDATE dismissal SET reason = 'x'",
    "a note is changed": "UPDATE note SET text = 'x'",
    "the note of a treatment is changed": "UPDATE treatment SET note = 'x'",
    "a second factor is removed": "DELETE FROM second_factor ",
    "a recovery code is good again": "UPDATE recovery_code SET used_at = NULL",
    "somebody reads another language": "UPDATE staff SET language = 'de'",
    "all events are removed": "DELETE FROM event_value; DELETE FROM binding; DELETE FROM event",
    "what binds rows is removed": "DELETE FROM binding",
    "what binds a row is made to fit": "UPDATE binding SET digest = 'x'",
    "a row is said to be gone": "UPDATE binding SET digest = 'gone' WHERE subject = 'response'",
}
