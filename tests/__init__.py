"""Mirrors the code's paths; journeys/ are whole paths, browser/ runs in Chromium, proofs/ take long."""
