"""The reproduction bundle: a study's data, its report, and scripts that compute the one from the other.

Whoever has the zip file needs neither Seventh nor its database.
"""
