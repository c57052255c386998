"""`regulars inspect`: what a file is, and for one that nobody knows a proposal, a question where the file proves nothing."""
