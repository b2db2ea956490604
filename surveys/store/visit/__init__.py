"""A visit: dates, links, answers, responses, alerts."""
