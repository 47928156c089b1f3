"""PostHog: signals from what posthog-js captures by itself, and its recordings, over one HTTP client.

provider, open_posthog                 the row in the registry, and what it opens; settings are in posthog_settings
setting_mistakes                       settings that look right and can't be
posthog_doctor                         what works with the key that is set
posthog_client, posthog_errors         one request and how it is sent; what its answers mean
posthog_calls                          the requests, and the answers as they are read
hogql_values, event_properties         values apart from their query; what an event says of a click, in HogQL
click_actions, click_conditions        clicks put together to actions with signals; which of them a question means
count_query, posthog_answer            the one query that counts, and its answer
project_facts                          what is known of the project: its oldest data, dead clicks, versions, sampling
clip_moments, around_answers           candidates for clips; days, tops, versions and values
posthog_source, posthog_recordings     the two parts

Its stand-in for tests is standins/posthog. README.md in this folder says what is counted, and what isn't verified.
"""
