"""The reproduction bundle: a study's data, its report, and scripts that compute the one from the other.

A reader of the zip file needs neither Seventh nor its database.
"""
