"""Long work outside requests: a queue in the database, and processes of their own that work it off.

`queue` is the table, `desk` where pages ask and wait, `keeping` what starts the process, `running` what the
process does, `kinds` which work there is.
"""
