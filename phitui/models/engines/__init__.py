"""What answers: a language model on this machine, or quotation without one."""
