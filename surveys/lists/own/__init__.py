"""Lists that staff make themselves: columns and conditions of their choice over the patients they may see.

Each field is described once (`fields.Field`): its words, its kind, the conditions that it takes, its SQL.
"""
