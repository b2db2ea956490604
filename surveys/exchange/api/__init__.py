"""What programs may ask of a study, and the answers: REDCap's read API, and tables by REST. Pure of HTTP."""

PROBLEM = "application/problem+json"
