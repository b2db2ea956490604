"""What programs read with a key: REDCap's read API, and tables by REST. No page, no session, no change."""
