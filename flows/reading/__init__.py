"""Files as tables of text: what a file is, what it is written in, where its header stands. Nothing is typed here."""
