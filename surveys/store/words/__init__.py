"""What questionnaires say: wordings, permissions, frozen versions, crisis texts."""
