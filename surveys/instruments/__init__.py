"""What is asked and how it is scored. Pure: no Flask, no database, no pandas; NumPy inside functions only."""
